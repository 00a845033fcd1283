# awk -f common/layers.awk common/layers.txt FILE...
# Prints each #include that breaks the table; exits 1 if there was one.
FNR == NR {
	if ($0 ~ /^#/ || !NF) next
	sub(/:$/, "", $1)
	for (i = 2; i <= NF; i++) ok[$1, $i] = 1
	next
}
FNR == 1 {
	home = FILENAME; sub(/\/[^\/]*$/, "", home)
	layer = home
	if (home == "services/bus") layer = "bus"
	else if (home ~ /^services\//)
		layer = FILENAME ~ /\/rules[^\/]*\.[ch]$/ ? "rules" : "service"
}
/^#[ \t]*include/ {
	inc = $2; dir = inc
	gsub(/"/, "", dir); sub(/\/[^\/]*$/, "", dir)
	if (inc ~ /^"/)
		good = dir == home || (layer, dir) in ok || dir !~ /\// \
			|| (dir ~ /^services\// && (layer, "services/any") in ok && inc ~ /\.def"$/)
	else
		good = inc !~ /^<(czmq|zmq|libpq|msgpack|postgres|jansson|sodium|microhttpd)/ || (layer, inc) in ok
	if (!good) { print FILENAME ":" FNR ": " $0; bad = 1 }
}
END { exit bad }
