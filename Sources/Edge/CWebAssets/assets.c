// The files that pages are made of, as bytes of the program. `vendor` is filled by Scripts/web-assets.
#include "CWebAssets.h"

#if !__has_embed("vendor/htmx.min.js") || !__has_embed("vendor/swagger-ui-bundle.js") || !__has_embed("vendor/swagger-ui.css") \
    || !__has_embed("vendor/swagger-ui.LICENSE")
#error "The scripts of others that pages use are not here yet: run Scripts/web-assets"
#endif

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char docs_js[] = {
#embed "own/docs.js"
};
static const unsigned char forms_js[] = {
#embed "own/forms.js"
};
static const unsigned char icon_svg[] = {
#embed "own/icon.svg"
};
static const unsigned char importing_js[] = {
#embed "own/importing.js"
};
static const unsigned char loquat_css[] = {
#embed "own/loquat.css"
};
static const unsigned char upload_js[] = {
#embed "own/upload.js"
};
static const unsigned char conversation_js[] = {
#embed "own/conversation.js"
};
static const unsigned char asking_js[] = {
#embed "own/asking.js"
};
static const unsigned char branches_js[] = {
#embed "own/branches.js"
};
static const unsigned char elsewhere_js[] = {
#embed "own/elsewhere.js"
};
static const unsigned char search_js[] = {
#embed "own/search.js"
};
static const unsigned char sharing_js[] = {
#embed "own/sharing.js"
};
static const unsigned char timeline_js[] = {
#embed "own/timeline.js"
};
static const unsigned char turns_js[] = {
#embed "own/turns.js"
};
static const unsigned char account_mustache[] = {
#embed "templates/account.mustache"
};
static const unsigned char actions_mustache[] = {
#embed "templates/actions.mustache"
};
static const unsigned char app_mustache[] = {
#embed "templates/app.mustache"
};
static const unsigned char archive_mustache[] = {
#embed "templates/archive.mustache"
};
static const unsigned char audit_mustache[] = {
#embed "templates/audit.mustache"
};
static const unsigned char branch_mustache[] = {
#embed "templates/branch.mustache"
};
static const unsigned char collection_mustache[] = {
#embed "templates/collection.mustache"
};
static const unsigned char collections_mustache[] = {
#embed "templates/collections.mustache"
};
static const unsigned char comparison_mustache[] = {
#embed "templates/comparison.mustache"
};
static const unsigned char docs_mustache[] = {
#embed "templates/docs.mustache"
};
static const unsigned char document_mustache[] = {
#embed "templates/document.mustache"
};
static const unsigned char documents_mustache[] = {
#embed "templates/documents.mustache"
};
static const unsigned char edit_mustache[] = {
#embed "templates/edit.mustache"
};
static const unsigned char error_mustache[] = {
#embed "templates/error.mustache"
};
static const unsigned char forms_mustache[] = {
#embed "templates/forms.mustache"
};
static const unsigned char layout_mustache[] = {
#embed "templates/layout.mustache"
};
static const unsigned char lines_mustache[] = {
#embed "templates/lines.mustache"
};
static const unsigned char link_mustache[] = {
#embed "templates/link.mustache"
};
static const unsigned char links_mustache[] = {
#embed "templates/links.mustache"
};
static const unsigned char login_mustache[] = {
#embed "templates/login.mustache"
};
static const unsigned char pinned_mustache[] = {
#embed "templates/pinned.mustache"
};
static const unsigned char search_mustache[] = {
#embed "templates/search.mustache"
};
static const unsigned char session_mustache[] = {
#embed "templates/session.mustache"
};
static const unsigned char sessions_mustache[] = {
#embed "templates/sessions.mustache"
};
static const unsigned char share_mustache[] = {
#embed "templates/share.mustache"
};
static const unsigned char shared_mustache[] = {
#embed "templates/shared.mustache"
};
static const unsigned char source_mustache[] = {
#embed "templates/source.mustache"
};
static const unsigned char thumb_mustache[] = {
#embed "templates/thumb.mustache"
};
static const unsigned char timeline_mustache[] = {
#embed "templates/timeline.mustache"
};
static const unsigned char turn_mustache[] = {
#embed "templates/turn.mustache"
};
static const unsigned char users_mustache[] = {
#embed "templates/users.mustache"
};
static const unsigned char words_mustache[] = {
#embed "templates/words.mustache"
};
static const unsigned char htmx_min_js[] = {
#embed "vendor/htmx.min.js"
};
static const unsigned char swagger_ui_bundle_js[] = {
#embed "vendor/swagger-ui-bundle.js"
};
static const unsigned char swagger_ui_LICENSE[] = {
#embed "vendor/swagger-ui.LICENSE"
};
static const unsigned char swagger_ui_css[] = {
#embed "vendor/swagger-ui.css"
};

#define ASSET(name, bytes) {name, bytes, sizeof(bytes)}

static const struct web_asset assets[] = {
    ASSET("docs.js", docs_js),
    ASSET("forms.js", forms_js),
    ASSET("icon.svg", icon_svg),
    ASSET("importing.js", importing_js),
    ASSET("loquat.css", loquat_css),
    ASSET("upload.js", upload_js),
    ASSET("conversation.js", conversation_js),
    ASSET("asking.js", asking_js),
    ASSET("branches.js", branches_js),
    ASSET("elsewhere.js", elsewhere_js),
    ASSET("search.js", search_js),
    ASSET("sharing.js", sharing_js),
    ASSET("timeline.js", timeline_js),
    ASSET("turns.js", turns_js),
    ASSET("account.mustache", account_mustache),
    ASSET("actions.mustache", actions_mustache),
    ASSET("app.mustache", app_mustache),
    ASSET("archive.mustache", archive_mustache),
    ASSET("audit.mustache", audit_mustache),
    ASSET("branch.mustache", branch_mustache),
    ASSET("collection.mustache", collection_mustache),
    ASSET("collections.mustache", collections_mustache),
    ASSET("comparison.mustache", comparison_mustache),
    ASSET("docs.mustache", docs_mustache),
    ASSET("document.mustache", document_mustache),
    ASSET("documents.mustache", documents_mustache),
    ASSET("edit.mustache", edit_mustache),
    ASSET("error.mustache", error_mustache),
    ASSET("forms.mustache", forms_mustache),
    ASSET("layout.mustache", layout_mustache),
    ASSET("lines.mustache", lines_mustache),
    ASSET("link.mustache", link_mustache),
    ASSET("links.mustache", links_mustache),
    ASSET("login.mustache", login_mustache),
    ASSET("pinned.mustache", pinned_mustache),
    ASSET("search.mustache", search_mustache),
    ASSET("session.mustache", session_mustache),
    ASSET("sessions.mustache", sessions_mustache),
    ASSET("share.mustache", share_mustache),
    ASSET("shared.mustache", shared_mustache),
    ASSET("source.mustache", source_mustache),
    ASSET("thumb.mustache", thumb_mustache),
    ASSET("timeline.mustache", timeline_mustache),
    ASSET("turn.mustache", turn_mustache),
    ASSET("users.mustache", users_mustache),
    ASSET("words.mustache", words_mustache),
    ASSET("htmx.min.js", htmx_min_js),
    ASSET("swagger-ui-bundle.js", swagger_ui_bundle_js),
    ASSET("swagger-ui.LICENSE", swagger_ui_LICENSE),
    ASSET("swagger-ui.css", swagger_ui_css),
};

const struct web_asset *web_asset_at(size_t index) {
    return index < sizeof(assets) / sizeof(assets[0]) ? &assets[index] : 0;
}
