import ATADrivers
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation
import Synchronization

/// A whole emulated device: web server, settings, SIP, a gateway of libspandsp, and a fax machine on its first line.
public final class EmulatedUnit: Sendable {
    public struct Settings: Sendable {
        public var model = EmulatedModel.spa2102
        /// Port 0: any free one.
        public var web = Endpoint(IPAddress(v4: 0x7F00_0001), 0)
        public var sip = Endpoint(IPAddress(v4: 0x7F00_0001), 0)
        /// Where faxes go that come to its machine.
        public var folder: String
        /// By common names, in the place of the factory's.
        public var preset: [(setting: ATASetting, value: String)] = []
        public var faults = EmulatedFaults()
        /// Makes units differ: numbers of fields, MAC address, serial number.
        public var seed: UInt64 = 1
        /// From a restart until it answers again.
        public var bootTime = Duration.seconds(3)
        public var mediaPorts: ClosedRange<UInt16> = 20_000...29_999

        public init(folder: String) { self.folder = folder }
    }

    public let model: EmulatedModel
    public let macAddress: String
    public let webAddress: Endpoint
    public let sipAddress: Endpoint
    private let core: EmulatedCore
    private let server: WebServer

    public init(_ settings: Settings) async throws {
        let core = try EmulatedCore(settings)
        self.core = core
        model = settings.model
        macAddress = core.macAddress
        let pages = EmulatedWeb(core)
        do {
            server = try await WebServer(settings.web) { await pages.answer($0) }
        } catch {
            core.close()
            throw error
        }
        webAddress = server.address
        sipAddress = core.sipAddress
    }

    /// The fax machine at its port dials.
    public func send(_ document: OutgoingDocument, to number: String) throws { try core.send(document, to: number) }

    /// What became of its faxes since the last time, both ways.
    public func takeResults() -> [FaxResult] { core.line.withLock { $0 }?.takeResults() ?? [] }

    public var isRegistered: Bool { core.line.withLock { $0 }?.view.isRegistered ?? false }

    public func close() async {
        await server.close()
        let core = core
        await Task.detached { core.close() }.value
    }
}

/// What an emulated device is at the moment. Functions that start or stop its line wait for the network.
final class EmulatedCore: Sendable {
    struct State {
        var settings: [EmulatedSetting]
        var bootedAt: ContinuousClock.Instant
        /// `nil`: it is up.
        var awayUntil: ContinuousClock.Instant?
        var hasRestarted = false
        var isClosed = false
    }

    struct NoCall: Error, CustomStringConvertible {
        var description: String
    }

    let model: EmulatedModel
    let faults: EmulatedFaults
    let macAddress: String
    let serialNumber: String
    /// Of the first field of its page.
    let firstIdentifier: Int
    let sipAddress: Endpoint
    let state: Mutex<State>
    let line = Mutex<EmulatedLine?>(nil)
    private let folder: ReceptionFolder
    private let bootTime: Duration
    private let mediaPorts: ClosedRange<UInt16>
    /// One start or stop at a time.
    private let restarts = Mutex(())
    private let began = ContinuousClock.now

    init(_ settings: EmulatedUnit.Settings) throws {
        model = settings.model
        faults = settings.faults
        bootTime = settings.bootTime
        mediaPorts = settings.mediaPorts
        folder = try ReceptionFolder(path: settings.folder)
        var random = SeededRandom(seed: settings.seed)
        macAddress = "000e08" + String(String(random.next() | 1 << 63, radix: 16).suffix(6))
        serialNumber = "FM500" + String(String(random.next() | 1 << 63, radix: 16).suffix(7)).uppercased()
        firstIdentifier = 1_000 + Int(random.next() % 20_000)
        var values = settings.model.settings
        for (setting, value) in settings.preset {
            let view = SettingView(ATAConfiguration(), dialect: settings.model.dialect, line: 1)
            let entry = try view.entry(setting, value)
            guard let place = values.firstIndex(where: { $0.name == entry.name }) else { continue }
            values[place].value = entry.value
        }
        state = Mutex(State(settings: values, bootedAt: .now))
        // The port is found once and kept over restarts.
        let free = try LiveEndpoint(EndpointSettings(ports: [SIPPath(.udp, settings.sip)]))
        sipAddress = free.address
        free.stop()
        free.close()
        startLine()
    }

    // MARK: - Settings

    var settings: [EmulatedSetting] { state.withLock { $0.settings } }

    func view(line: Int) -> SettingView {
        let entries = settings.map { ATAConfiguration.Entry($0.name, $0.value) }
        return SettingView(ATAConfiguration(entries), dialect: model.dialect, line: line)
    }

    /// Takes values by their names; what the device has not is ignored. Its line starts anew when something changed.
    func apply(_ entries: [(name: String, value: String)]) {
        let entries = faults.takesHalf ? Array(entries.prefix(entries.count / 2)) : entries
        let deaf = faults.ignores.flatMap { setting in
            (1...EmulatedModel.lines).compactMap { model.dialect.name(of: setting, line: $0) }
        }
        let hasChanged = state.withLock { state in
            var hasChanged = false
            for entry in entries where !deaf.contains(entry.name) {
                guard let place = state.settings.firstIndex(where: { $0.name == entry.name }),
                    entry.value.utf8.count <= 2_047
                else { continue }
                let choices = state.settings[place].choices
                let value = choices.first { $0.lowercased() == entry.value.lowercased() }
                guard choices.isEmpty || value != nil else { continue }
                if state.settings[place].value != value ?? entry.value {
                    state.settings[place].value = value ?? entry.value
                    hasChanged = true
                }
            }
            return hasChanged
        }
        if hasChanged { restartLine() }
    }

    // MARK: - Up and down

    /// It answers on the web.
    var isUp: Bool {
        let now = ContinuousClock.now
        if let period = faults.rebootLoop {
            // Up for the period, down for the time of a start.
            let turn = (period + bootTime).inSeconds
            let place = (now - began).inSeconds.truncatingRemainder(dividingBy: turn)
            if place > period.inSeconds { return false }
        }
        return state.withLock { state in
            if faults.staysAway, state.hasRestarted { return false }
            guard let until = state.awayUntil else { return true }
            guard now >= until else { return false }
            state.awayUntil = nil
            return true
        }
    }

    var uptime: Duration { ContinuousClock.now - state.withLock { $0.bootedAt } }

    func reboot() {
        let now = ContinuousClock.now
        state.withLock { state in
            state.awayUntil = now + bootTime
            state.bootedAt = now + bootTime
            state.hasRestarted = true
        }
        stopLine()
        let time = bootTime
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: time.inSeconds)
            if !faults.staysAway { startLine() }
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        stopLine()
    }

    // MARK: - The line

    private func restartLine() {
        stopLine()
        startLine()
    }

    private func stopLine() {
        restarts.withLock { _ in
            let old = line.withLock { line in
                defer { line = nil }
                return line
            }
            old?.stop()
        }
    }

    private func startLine() {
        restarts.withLock { _ in
            guard !state.withLock({ $0.isClosed }), line.withLock({ $0 == nil }) else { return }
            let profile = EmulatedProfile(view(line: 1), model, faults)
            var settings = profile.endpoint(at: sipAddress, folder: folder)
            settings.mediaPorts = mediaPorts
            // A port that was just given back may need a moment.
            for _ in 0..<20 {
                if let started = try? EmulatedLine(settings, profile.registration) {
                    line.withLock { $0 = started }
                    return
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    func send(_ document: OutgoingDocument, to number: String) throws {
        let profile = EmulatedProfile(view(line: 1), model, faults)
        guard let line = line.withLock({ $0 }) else { throw NoCall(description: "the device is starting") }
        guard line.view.isRegistered || profile.callsUnregistered else {
            throw NoCall(description: "line 1 is not registered")
        }
        let destination = try SIPTarget.destination("sip:\(number)@\(profile.proxy)")
        line.send(OutgoingFax(document, to: destination))
    }
}
