import Access
import Conversation
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered

/// What was used, and how much may be.
struct UsageRoutes {
    let services: ServerServices

    /// Days that are told where it is not said from when.
    private static let defaultDays: Int64 = 30
    private static let everybody = "all"

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/usage", id: "listUsage", tag: .accounts, summary: "What was used, by day, user and model.",
                details: """
                    One's own, or with `user_id` what one may see of others': the owner and admins see everybody's in the workspace. It is counted \
                    from the log and outlives the sessions and users that it tells of; calls with `"store": false` are not in it.
                    """,
                admission: .signedIn,
                parameters: [
                    .query("from", .date, "The first day, in UTC; 30 days up to `to` if not said."),
                    .query("to", .date, "The last day; today if not said."),
                    .query("user_id", .string(StringRule(form: .userOrAll)), "A user, or `all`; the caller if not said."),
                ] + Parameter.page(cursor: .usagePlace), answers: [.ok(UsageList.self, "A page of it, newest day first.")])
        ) { try await usage($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/limits", id: "getLimits", tag: .accounts, summary: "What holds for the caller.",
                admission: .signedIn, answers: [.ok(LimitsResource.self, "The limits, and what is used of the day.", tagged: true)])
        ) { try await limits($0) }
        api.add(
            Operation(
                method: .put, path: "/api/v1/limits", id: "setLimits", tag: .accounts, summary: "Set what holds for the workspace's users.",
                details: "It takes the place of all that was set, and holds at once; not for credentials with the scope `admin`.",
                admission: .scope(.admin), body: .json(NewLimits.self),
                answers: [.ok(LimitsResource.self, "The limits as they are now.", tagged: true)], isConditional: true)
        ) { try await setLimits($0) }
    }

    // MARK: Usage

    private func usage(_ call: Call) async throws -> Response {
        let page = try call.page()
        guard let query = query(call) else { return try Response.json(UsageList(Page(items: [], next: nil), UsageSum())) }
        let (rows, total) = (try await services.log.usage(query, page), try await services.log.usageTotal(query))
        return try Response.json(UsageList(rows, total))
    }

    /// Nil where there is nothing that the asker may see: somebody else's usage is as that of nobody.
    private func query(_ call: Call) -> UsageQuery? {
        let asker = call.asker
        let to = call.query("to").flatMap(CalendarDate.init) ?? CalendarDate(services.clock.now())
        let from = call.query("from").flatMap(CalendarDate.init) ?? to.advanced(by: 1 - Self.defaultDays)
        let asked = call.query("user_id")
        let seesAll = asker.role.manages && asker.may(.admin)
        let user = asked.flatMap { UUIDv7($0) } ?? (asked == Self.everybody && seesAll ? nil : asker.userID)
        guard seesAll || user == asker.userID, from <= to else { return nil }
        return UsageQuery(workspaceID: asker.workspaceID, userID: user, dates: from...to)
    }

    // MARK: Limits

    private func limits(_ call: Call) async throws -> Response {
        try await response(try await services.accounts.limits.limits(for: call.asker), call)
    }

    private func setLimits(_ call: Call) async throws -> Response {
        let limits = try await call.body(NewLimits.self, limit: services.limits.bodyBytes).limits
        var seen: WorkspaceLimits?
        if call.request.headers[.ifMatch] != nil {
            let current = try await services.accounts.limits.limits(for: call.asker)
            try call.request.checkMatch(WorkspaceLimitsResource(current))
            seen = current
        }
        try await services.accounts.limits.set(limits, inPlaceOf: seen, by: call.asker, from: call.address)
        return try await response(limits, call)
    }

    /// The tag is that of what can be set: turns that end meanwhile are no change of it.
    private func response(_ set: WorkspaceLimits, _ call: Call) async throws -> Response {
        let held = call.asker.limits
        let resource = LimitsResource(
            requestsPerMinute: services.frontDoor.requestsPerMinute(held), concurrentStreams: services.frontDoor.concurrentStreams(held),
            tokensPerDay: held.tokensPerDay, tokensUsedToday: try await DayLimit(services: services).used(by: call.asker),
            workspace: WorkspaceLimitsResource(set))
        return try Response.tagged(resource, by: resource.workspace)
    }
}

extension TextForm {
    fileprivate static let userOrAll = TextForm(
        pattern: "^(all|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$", message: "must be a UUID or `all`"
    ) { $0 == "all" || UUIDv7($0) != nil }

    /// Where the list of usage goes on: a day, a user and a model.
    fileprivate static let usagePlace = TextForm(
        pattern: "^[0-9]{1,7}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\.([0-9a-f]{2})*$",
        message: "is not one that a list gave"
    ) { text in
        do { return try UsagePlace(cursor: text).day >= 0 } catch { return false }
    }
}
