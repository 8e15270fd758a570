/// Where one's own conversations and documents are searched; what is found is asked of the API.
struct SearchPage: Sendable {
    let title = "Search"
    let query: String
    let queryMaximum: Int
}
