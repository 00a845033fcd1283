/* states.def -> THING_TASK, ... */
/* clang-format off */
#define THING(X, row, mark) THING_##X,
#define STATE(X, S, text)
#define END(X)
#define MOVE(X, aim, from, on, to, rule)
#define DUE(X, limit, from, which, to, rule)
