/* states.def -> rows of struct move. */
/* clang-format off */
#define THING(X, row, mark)
#define STATE(X, S, text)
#define END(X)
#define MOVE(X, aim, from, on, to, rule) \
	{ THING_##X, AIM_##aim, from, &msg_##on##_desc, NULL, to, rule },
#define DUE(X, limit, from, which, to, rule) \
	{ THING_##X, AIM_ID, from, &msg_deadline_##which##_desc, limit, to, rule },
