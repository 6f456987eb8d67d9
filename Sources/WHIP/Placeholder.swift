// WHIP
