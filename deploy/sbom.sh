#!/bin/sh
# What is in the image, as CycloneDX 1.5 JSON: every package of the base, what
# was unpacked beside them, and our own programs with their SHA-256.  Runs in
# the image while it is made; the same contents give the same text.
#
#   sbom.sh [UNPACKED]   lines "package version architecture"
set -eu
distro=$(. /etc/os-release && echo "$ID-$VERSION_ID")
version=$(/usr/bin/huying --version | sed 's/^huying //')
{
	dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture}\n' | sed -n 's/^installed //p'
	if [ $# -gt 0 ]; then cat "$1"; fi
} | LC_ALL=C sort | awk -v distro="$distro" -v version="$version" '
function part(text) {
	gsub(/%/, "%25", text)
	gsub(/:/, "%3A", text)
	gsub(/\+/, "%2B", text)
	return text
}
BEGIN {
	print "{\n  \"$schema\": \"http://cyclonedx.org/schema/bom-1.5.schema.json\","
	print "  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,"
	print "  \"metadata\": {\n    \"component\": {"
	printf "      \"type\": \"container\", \"bom-ref\": \"image\", \"name\": \"huying\", \"version\": \"%s\"\n    }\n  },\n", version
	print "  \"components\": ["
	printf "    { \"type\": \"application\", \"bom-ref\": \"pkg:generic/huying@%s\", \"name\": \"huying\", \"version\": \"%s\",\n", version, version
	printf "      \"purl\": \"pkg:generic/huying@%s\", \"licenses\": [{ \"license\": { \"id\": \"Apache-2.0\" } }],\n", version
	print "      \"components\": ["
	while (("sha256sum /usr/lib/huying/bin/* /usr/lib/libhuying.so.*" | getline line) > 0) {
		split(line, f, /  /)
		printf "%s        { \"type\": \"file\", \"name\": \"%s\", \"hashes\": [{ \"alg\": \"SHA-256\", \"content\": \"%s\" }] }", files++ ? ",\n" : "", f[2], f[1]
	}
	printf "\n      ] }"
}
{
	purl = "pkg:deb/debian/" part($1) "@" part($2) "?arch=" $3 "&distro=" distro
	printf ",\n    { \"type\": \"library\", \"bom-ref\": \"%s\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"%s\" }", purl, $1, $2, purl
}
END { print "\n  ]\n}"; exit !(files > 0 && NR > 0) }'
