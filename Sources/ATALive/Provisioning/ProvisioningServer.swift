import ATADrivers
import FaxCore
import Synchronization

/// Gives profiles to devices that fetch them, and remembers who did.
public final class ProvisioningServer: Sendable {
    public struct Fetch: Sendable, Hashable {
        public var path: String
        /// What the device calls itself: model, firmware, serial number or MAC address.
        public var userAgent: String?
    }

    private struct State {
        var files: [String: [UInt8]] = [:]
        var fetches: [Fetch] = []
    }

    private final class Store: Sendable {
        let state = Mutex(State())

        func answer(_ call: HTTPCall) -> HTTPReply {
            state.withLock { state in
                guard call.method == .get, let file = state.files[call.target] else { return HTTPReply(404) }
                if state.fetches.count < ProvisioningServer.fetchLimit {
                    state.fetches.append(Fetch(path: call.target, userAgent: call.value("User-Agent")))
                }
                return HTTPReply(200, headers: [HTTPCall.Header("Content-Type", "text/xml")], body: file)
            }
        }
    }

    static let fetchLimit = 1_000
    private let store = Store()
    private let server: WebServer
    public var address: Endpoint { server.address }

    public init(listen: Endpoint) async throws(WebServer.Failure) {
        let store = store
        server = try await WebServer(listen) { WebServer.Answer(store.answer($0)) }
    }

    /// - Returns: where it can be fetched.
    public func offer(_ octets: [UInt8], as name: String) -> String {
        store.state.withLock { $0.files["/\(name)"] = octets }
        return "http://\(address)/\(name)"
    }

    public var fetches: [Fetch] { store.state.withLock { $0.fetches } }

    public func close() async { await server.close() }
}

/// A driver whose writes go by a profile that the device fetches, where its own form is closed or not trusted.
public struct ResyncDriver: ATADriver {
    private let driver: any ATADriver
    private let server: ProvisioningServer
    /// Seconds in which the device has to come for it.
    public var patience = Duration.seconds(60)

    public init(_ driver: any ATADriver, _ server: ProvisioningServer) {
        self.driver = driver
        self.server = server
    }

    public var family: ATAFamily { driver.family }
    public var dialect: SettingDialect? { driver.dialect }
    public func identify() async throws(ATAFailure) -> ATAIdentity { try await driver.identify() }
    public func readConfiguration() async throws(ATAFailure) -> ATAConfiguration {
        try await driver.readConfiguration()
    }
    public func status() async throws(ATAFailure) -> ATAStatus { try await driver.status() }
    public func reboot() async throws(ATAFailure) { try await driver.reboot() }

    public func write(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure) {
        let before = server.fetches.count
        let url = server.offer(FlatProfile.write(ATAConfiguration(entries)), as: "profile-\(before).xml")
        try await driver.resync(from: url)
        let limit = ContinuousClock.now + patience
        while server.fetches.count == before {
            guard ContinuousClock.now < limit else {
                throw .refused(status: 200, "the resync: it did not fetch \(url)")
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension HTTPCall {
    func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
