/* states.def -> enum of things, and TASK_NEW, TASK_ASSIGNED, ... */
/* clang-format off */
#define THING(X, row, mark) enum { X##_NEW = STATE_NEW,
#define STATE(X, S, text) X##_##S,
#define END(X) };
#define MOVE(X, aim, from, on, to, rule)
#define DUE(X, limit, from, which, to, rule)
