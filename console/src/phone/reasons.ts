/** Why somebody may pause: `agents.rules.CHOSEN_REASONS` on the server. Names are in `locales/<locale>/phone.json`. */
export const PAUSE_REASONS = ['break', 'meal', 'restroom', 'meeting', 'training', 'paperwork', 'other'] as const
