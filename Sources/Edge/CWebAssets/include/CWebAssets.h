#ifndef C_WEB_ASSETS_H
#define C_WEB_ASSETS_H

#include <stddef.h>

/// A file that the program carries.
struct web_asset {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/// The file at this place, from 0; null behind the last one.
const struct web_asset *web_asset_at(size_t index);

#endif
