"""The AMI adapter on panoramisk, with each measured defect guarded."""
