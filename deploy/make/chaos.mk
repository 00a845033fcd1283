# The product with the points where make chaos lets it die.
INSTR := -DHUYING_CHAOS
