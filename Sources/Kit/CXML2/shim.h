// Debian's libxml2 brings the headers of its own ICU, which are not those of Swift's Foundation: one program cannot see both. They describe
// a field of encoding handlers, of which nothing here knows.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/xmlreader.h>
