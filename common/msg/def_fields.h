/* clang-format off */
/* .def rows -> arrays of fields.  Include once in one source file. */
#define MSG(m, type, ver, kind, owner, doc)                                    \
	static const struct msg_field fields_##m[] = {
#define RECORD(m, doc) static const struct msg_field fields_##m[] = {
#define ROW(m, table, doc) static const struct msg_field fields_##m[] = {
#define FIELD(m, t, name, need, max, format, doc)                              \
	{ #name, WIRE_##t, offsetof(struct DEF_STRUCT(m), name), need, max,    \
		format, NULL, doc },
#define LIST(m, rec, name, need, max, doc)                                     \
	{ #name, WIRE_list, offsetof(struct DEF_STRUCT(m), name), need, max,   \
		{ LOOK_WORD, NULL }, &msg_##rec##_desc, doc },
#define MSG_END(m)                                                             \
	}                                                                      \
	;
#define RECORD_END(m)                                                          \
	}                                                                      \
	;
#define ROW_END(m)                                                             \
	}                                                                      \
	;
