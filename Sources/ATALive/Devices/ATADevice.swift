import ATADrivers
import FaxCore

/// A device under test: what is asked of it with the care that other people's telephones need. Nothing is written while a call
/// stands, what was is kept, what was written is read back, and what did not stick is taken back.
public struct ATADevice: Sendable {
    public let driver: any ATADriver
    public var patience = Patience()

    /// How long a device may take.
    public struct Patience: Sendable, Hashable {
        /// Between two questions.
        public var step = Duration.seconds(2)
        /// After a change or a restart, until it answers.
        public var comesBack = Duration.seconds(180)
        public var registers = Duration.seconds(180)
        /// A device that goes on answering so long after it was told to restart is taken to have done it unseen.
        public var restartsUnseen = Duration.seconds(20)

        public init() {}
    }

    public init(_ driver: any ATADriver) { self.driver = driver }

    public func view(_ configuration: ATAConfiguration, line: Int) throws(ATAFailure) -> SettingView {
        guard let dialect = driver.dialect else {
            throw .unsupported("nothing is known of the settings of a \(driver.family.rawValue) device")
        }
        return SettingView(configuration, dialect: dialect, line: line)
    }

    /// The native entries that give settings these values; what the device already has is left out.
    public func entries(
        _ wanted: [(setting: ATASetting, value: String)], line: Int, of configuration: ATAConfiguration
    ) throws(ATAFailure) -> [ATAConfiguration.Entry] {
        let view = try view(configuration, line: line)
        var entries: [ATAConfiguration.Entry] = []
        for (setting, value) in wanted {
            do {
                let entry = try view.entry(setting, value)
                if view[setting] != .known(value) { entries.append(entry) }
            } catch {
                throw .unsuitable(error.description)
            }
        }
        return entries
    }

    // MARK: - Writing

    /// Writes entries and sees that they are kept; when anything fails the old values are written back.
    /// - Parameter old: the whole configuration as it was.
    public func write(
        _ entries: [ATAConfiguration.Entry], old: ATAConfiguration
    ) async throws(ATAFailure) {
        guard !entries.isEmpty else { return }
        try await mustBeIdle()
        do {
            try await writeOnce(entries)
        } catch {
            if case .unsuitable = error { throw error }
            if case .didNotComeBack = error { throw error }
            throw .undone(error, oldSettings: await takeBack(entries, old: old))
        }
    }

    private func writeOnce(_ entries: [ATAConfiguration.Entry]) async throws(ATAFailure) {
        try await driver.write(entries)
        let now = try await readBack()
        let strayed = entries.filter { entry in
            !ATAConfiguration.isSecret(entry.name) && !isSame(now[entry.name], entry)
        }
        guard strayed.isEmpty else { throw .didNotStick(strayed.map(\.name)) }
    }

    /// A device may write a value in another way: `Yes`, `yes`, `0.020`, `.02`.
    private func isSame(_ found: String?, _ entry: ATAConfiguration.Entry) -> Bool {
        guard let found else { return false }
        if found.lowercased() == entry.value.lowercased() { return true }
        if let one = Double(found), let other = Double(entry.value) { return one == other }
        return false
    }

    private func takeBack(
        _ entries: [ATAConfiguration.Entry], old: ATAConfiguration
    ) async -> ATAFailure.OldSettings {
        let before = entries.compactMap { entry in
            // The device did not show it: there is nothing to write.
            old[entry.name].flatMap { value in
                ATAConfiguration.isSecret(entry.name) && value.isEmpty ? nil : ATAConfiguration.Entry(entry.name, value)
            }
        }
        do {
            // The device may be in the middle of a restart.
            let now = try await readBack()
            let differing = before.filter { !isSame(now[$0.name], $0) }
            if !differing.isEmpty { try await writeOnce(differing) }
            return .inForce
        } catch {
            return .notWrittenBack(error.description)
        }
    }

    /// Brings back a whole configuration; only what differs is written. Secrets that the backup does not have stay.
    /// - Returns: names of what was written.
    public func restore(_ backup: ATAConfiguration) async throws(ATAFailure) -> [String] {
        let now = try await driver.readConfiguration()
        let differing = backup.entries.filter { entry in
            if ATAConfiguration.isSecret(entry.name), entry.value.isEmpty || entry.value == "(hidden)" { return false }
            return now[entry.name] != nil && !isSame(now[entry.name], entry)
        }
        try await write(differing, old: now)
        return differing.map(\.name)
    }

    // MARK: - Waiting

    /// Refuses while a line is in use. Lines that the device says nothing of are taken as free.
    public func mustBeIdle() async throws(ATAFailure) {
        for line in try await driver.status().lines {
            if line.hook?.lowercased() == "off" { throw .busy("the receiver of line \(line.number) is off its hook") }
            if let call = line.calls.first(where: { $0.state.map { $0.lowercased() != "idle" } ?? false }) {
                throw .busy("line \(line.number) has a call (\(call.state ?? "unknown"))")
            }
        }
    }

    /// The configuration, as soon as the device gives it again.
    private func readBack() async throws(ATAFailure) -> ATAConfiguration {
        let limit = ContinuousClock.now + patience.comesBack
        while true {
            do {
                return try await driver.readConfiguration()
            } catch {
                guard case .unreachable = error else { throw error }
            }
            guard ContinuousClock.now < limit else { throw .didNotComeBack(seconds: seconds(patience.comesBack)) }
            await pause()
        }
    }

    /// Restarts the device and waits until it answers again.
    public func reboot() async throws(ATAFailure) {
        try await mustBeIdle()
        let before = try await driver.status().uptimeSeconds
        try await driver.reboot()
        let begin = ContinuousClock.now
        var wasAway = false
        while ContinuousClock.now < begin + patience.comesBack {
            await pause()
            do {
                let now = try await driver.status().uptimeSeconds
                if let before, let now, now < before { wasAway = true }
                if wasAway || ContinuousClock.now > begin + patience.restartsUnseen { return }
            } catch {
                guard case .unreachable = error else { throw error }
                wasAway = true
            }
        }
        throw .didNotComeBack(seconds: seconds(patience.comesBack))
    }

    public func waitUntilRegistered(line number: Int) async throws(ATAFailure) {
        let limit = ContinuousClock.now + patience.registers
        var said: String?
        while true {
            do {
                let line = try await driver.status().line(number)
                said = line?.registration
                if line?.isRegistered == true { return }
            } catch {
                guard case .unreachable = error else { throw error }
            }
            guard ContinuousClock.now < limit else {
                throw .notRegistered(line: number, seconds: seconds(patience.registers), said: said)
            }
            await pause()
        }
    }

    private func pause() async { try? await Task.sleep(for: patience.step) }
    private func seconds(_ duration: Duration) -> Int { Int(duration.inSeconds) }
}

extension ATAStatus {
    /// `18 days and 21:37:28`, `00:00:12`; `nil`: it does not say, or in another way.
    var uptimeSeconds: Int? {
        guard let uptime else { return nil }
        let words = uptime.split(separator: " ")
        guard let clock = words.last?.split(separator: ":").map({ Int($0) }), clock.count == 3, let hours = clock[0],
            let minutes = clock[1], let seconds = clock[2], (0...10_000).contains(hours), (0..<60).contains(minutes),
            (0..<60).contains(seconds)
        else { return nil }
        let days = words.count > 1 ? Int(words[0]) ?? -1 : 0
        guard (0...100_000).contains(days) else { return nil }
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    }
}
