import ATADrivers

/// What a family of devices can be asked over its web server. Each function is one thing done once: backups, read-back and
/// patience are ``ATADevice``'s.
public protocol ATADriver: Sendable {
    var family: ATAFamily { get }
    /// `nil`: nothing is known of its settings.
    var dialect: SettingDialect? { get }

    func identify() async throws(ATAFailure) -> ATAIdentity
    /// Everything that the device shows.
    func readConfiguration() async throws(ATAFailure) -> ATAConfiguration
    /// Sets these and nothing else. The device may restart for it.
    func write(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure)
    func status() async throws(ATAFailure) -> ATAStatus
    func reboot() async throws(ATAFailure)
    /// Has the device fetch a profile from there, where it can.
    func resync(from url: String) async throws(ATAFailure)
}

extension ATADriver {
    public func resync(from url: String) async throws(ATAFailure) {
        throw .unsupported("a \(family.rawValue) device is not known to fetch a profile when it is told to")
    }
}

extension HTTPExchange {
    /// A page that has to be there.
    func page(_ call: HTTPCall) async throws(ATAFailure) -> HTTPReply {
        let reply = try await send(call)
        if reply.status == 404 { throw .noSuchPage(call.page) }
        guard reply.isGood else { throw .refused(status: reply.status, call.page) }
        return reply
    }

    func page(_ target: String) async throws(ATAFailure) -> HTTPReply { try await page(HTTPCall(.get, target)) }
}
