/* clang-format off */
/* .def rows -> structs.  See msg.h. */
#define MSG(m, type, ver, kind, owner, doc) struct msg_##m {
#define RECORD(m, doc) struct msg_##m {
#define ROW(m, table, doc) struct row_##m {
#define FIELD(m, t, name, need, max, format, doc) wire_##t name;
#define LIST(m, rec, name, need, max, doc)                                     \
	struct {                                                               \
		const struct msg_##rec *p;                                     \
		size_t n;                                                      \
	} name;
#define MSG_END(m)                                                             \
	}                                                                      \
	;
#define RECORD_END(m)                                                          \
	}                                                                      \
	;
#define ROW_END(m)                                                             \
	}                                                                      \
	;
