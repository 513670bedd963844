"""How the ranks of an engine end by themselves."""

# The log ended: rank 0 is gone, and this rank with it.
EXIT_FOLLOWED = 0
# This rank computed or decided something else than rank 0.
EXIT_DIVERGED = 75
# Another rank is gone.
EXIT_PEER_LOST = 76
# Of the launcher: a rank ended, whichever.
EXIT_RANK_ENDED = 77
