/* clang-format off */
/* .def rows -> declarations of descriptors. */
#define MSG(m, type, ver, kind, owner, doc)                                    \
	extern const struct msg_desc msg_##m##_desc;
#define RECORD(m, doc) extern const struct msg_desc msg_##m##_desc;
#define ROW(m, table, doc) extern const struct msg_desc row_##m##_desc;
#define FIELD(m, t, name, need, max, format, doc)
#define LIST(m, rec, name, need, max, doc)
#define MSG_END(m)
#define RECORD_END(m)
#define ROW_END(m)
