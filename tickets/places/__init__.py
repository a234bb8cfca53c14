"""Where things happen: the city's divisions down to the grid, how a spoken place finds its division, and pins on the map."""
