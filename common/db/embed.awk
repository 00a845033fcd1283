# schemas/db/NNNN_name.sql ... -> table of migrations { number, name, text }.
BEGIN { print "static const struct migration migrations[] = {" }
FNR == 1 {
	if (NR > 1) print " },"
	file = FILENAME; sub(/.*\//, "", file)
	printf "\t{ %d, \"%s\",", file + 0, file
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "\n\t    \"%s\\n\"", $0 }
END { print " },"; print "};" }
