/* Ends one reading of states.def. */
#undef THING
#undef STATE
#undef END
#undef MOVE
#undef DUE
