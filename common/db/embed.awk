# schemas/db/NNNN_name.sql ... -> table of migrations { number, name, text,
# oldest }.  A line "-- Works with: NN" says which programs still work with the
# schema that it makes: those built for NN and later.  Without it: none older.
function over() { if (NR > 1) printf ",\n\t    %d },\n", oldest }
BEGIN { print "static const struct migration migrations[] = {" }
FNR == 1 {
	over()
	file = FILENAME; sub(/.*\//, "", file)
	oldest = file + 0
	printf "\t{ %d, \"%s\",", file + 0, file
}
/^-- Works with: [0-9]+$/ { oldest = $4 }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "\n\t    \"%s\\n\"", $0 }
END { over(); print "};" }
