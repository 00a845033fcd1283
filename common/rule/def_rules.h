/* states.def -> prototypes of the rules that it names. */
/* clang-format off */
#define THING(X, row, mark)
#define STATE(X, S, text)
#define END(X)
#define MOVE(X, aim, from, on, to, rule) rule_fn rule;
#define DUE(X, limit, from, which, to, rule) rule_fn rule;
