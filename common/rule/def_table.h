/* states.def -> rows of struct thing; SERVICE is the service's name. */
/* clang-format off */
#define THING(X, row, mark) { #row, mark, &row_##row##_desc, \
	SERVICE "_" #row "_load", SERVICE "_" #row "_save", { "new",
#define STATE(X, S, text) text,
#define END(X) } },
#define MOVE(X, aim, from, on, to, rule)
#define DUE(X, limit, from, which, to, rule)
