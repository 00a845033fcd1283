# queries.sql -> prepared statements.  "-- name: foo" starts one; it becomes
# a row of UNIT_queries[] and the name Q_UNIT_foo.
/^-- name: / {
	if (n++) printf " },\n"
	else printf "static const struct db_query %s_queries[] = {\n", unit
	name[n] = $3
	printf "\t{ \"%s_%s\",", unit, $3
	next
}
!n { next }
/^[ \t]*--/ { next }
NF { gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "\n\t    \"%s\\n\"", $0 }
END {
	if (!n) exit
	printf " },\n};\n"
	for (i = 1; i <= n; i++)
		printf "#define Q_%s_%s \"%s_%s\"\n", unit, name[i], unit, name[i]
}
