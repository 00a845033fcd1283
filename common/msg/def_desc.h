/* clang-format off */
/* .def rows -> descriptors.  Include after def_fields.h, same file. */
#define MSG(m, type, ver, kind, owner, doc)                                    \
	const struct msg_desc msg_##m##_desc = { type, ver, MSG_##kind,        \
		#owner, sizeof(struct msg_##m), fields_##m,                    \
		ARRAY_LEN(fields_##m), doc };
#define RECORD(m, doc)                                                         \
	const struct msg_desc msg_##m##_desc = { #m, 1, MSG_RECORD, "",        \
		sizeof(struct msg_##m), fields_##m, ARRAY_LEN(fields_##m),     \
		doc };
#define ROW(m, table, doc)                                                     \
	const struct msg_desc row_##m##_desc = { table, 1, MSG_ROW, "",        \
		sizeof(struct row_##m), fields_##m, ARRAY_LEN(fields_##m),     \
		doc };
#define FIELD(m, t, name, need, max, format, doc)
#define LIST(m, rec, name, need, max, doc)
#define MSG_END(m)
#define RECORD_END(m)
#define ROW_END(m)
