/* Ends one reading of .def rows. */
#undef MSG
#undef RECORD
#undef ROW
#undef FIELD
#undef LIST
#undef MSG_END
#undef RECORD_END
#undef ROW_END
