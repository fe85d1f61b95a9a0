import ATADrivers

/// SPA1001…SPA8000 and PAP2: one page shows state and settings; a form with opaque numbers is sent back.
public struct SPAPagesDriver: ATADriver {
    public let family = ATAFamily.spaPages
    public var dialect: SettingDialect? { .spaPages }
    private let http: any HTTPExchange

    /// Models with router pages have their telephone settings in a folder of their own.
    static let pages = ["/admin/voice/advanced", "/admin/advanced"]

    public init(_ http: any HTTPExchange) { self.http = http }

    public func identify() async throws(ATAFailure) -> ATAIdentity {
        // The first page wants no password.
        if let identity = ATAIdentity(page: SPAInfoPage(try await http.page("/").body)) { return identity }
        guard let identity = ATAIdentity(page: SPAInfoPage(try await settingsPage().reply.body)) else {
            throw .unreadable("no page of it names its product")
        }
        return identity
    }

    public func readConfiguration() async throws(ATAFailure) -> ATAConfiguration {
        try await settingsPage().form.configuration(.spaPages)
    }

    public func write(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure) {
        let (target, _, form) = try await settingsPage()
        guard let action = form.action, !action.isEmpty else {
            throw .unreadable("\(target) does not say where its form goes")
        }
        let body: String
        do {
            body = try form.form(entries, .spaPages)
        } catch {
            throw .unsuitable(error.description)
        }
        // An address elsewhere would get the settings.
        guard !action.contains("//") else { throw .unreadable("\(target) sends its form to another place") }
        let folder = target.prefix(upTo: target.lastIndex(of: "/") ?? target.startIndex)
        _ = try await http.page(.form(action.hasPrefix("/") ? action : "\(folder)/\(action)", body))
    }

    public func status() async throws(ATAFailure) -> ATAStatus {
        ATAStatus(page: SPAInfoPage(try await settingsPage().reply.body))
    }

    public func reboot() async throws(ATAFailure) { _ = try await http.page("/admin/reboot") }

    public func resync(from url: String) async throws(ATAFailure) { _ = try await http.page("/admin/resync?\(url)") }

    private func settingsPage() async throws(ATAFailure) -> (target: String, reply: HTTPReply, form: SPAFormPage) {
        var failure = ATAFailure.noSuchPage(Self.pages[0])
        for target in Self.pages {
            do {
                let reply = try await http.page(target)
                let form = SPAFormPage(reply.body)
                // A page that was cut off has fewer fields; writing by it would be guessing.
                guard !form.fields.isEmpty else { throw ATAFailure.unreadable("\(target) has no fields") }
                guard Self.isWhole(reply.body) else { throw ATAFailure.unreadable("\(target) came cut off") }
                return (target, reply, form)
            } catch let error as ATAFailure {
                guard case .noSuchPage = error else { throw error }
                failure = error
            } catch {
                throw .unreadable("\(error)")
            }
        }
        throw failure
    }

    /// The form's button, or the end of the page, is there.
    private static func isWhole(_ page: [UInt8]) -> Bool {
        let tail = String(decoding: page.suffix(4_096), as: UTF8.self).lowercased()
        return tail.contains("</html") || tail.contains("</form") || tail.contains("submit all changes")
    }
}
