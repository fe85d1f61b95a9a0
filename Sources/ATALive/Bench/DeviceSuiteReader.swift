import ATADrivers
import FaxCore
import PlacedText
import Regression
import Simulator

/// Reads suites that name devices.
public struct DeviceSuiteReader {
    private let files: SuiteReader.Files

    public init(files: @escaping SuiteReader.Files = { _ in throw SuiteReader.NoFiles() }) { self.files = files }

    /// The suite has `devices`: it is one for here, not for simulated calls.
    public static func isForDevices(_ text: String) -> Bool {
        guard let root = try? YAMLValue(yaml: text, "a suite"), case .fields(let fields) = root.content else {
            return false
        }
        return fields.contains { $0.name == "devices" }
    }

    public func read(_ text: String) throws(PlacedError) -> DeviceSuite {
        let root = try YAMLValue(yaml: text, "a suite")
        var fields = try FieldReader(root, "a suite")
        guard let name = fields.take("name") else { throw root.error("a suite has a name") }
        var suite = DeviceSuite(name: try SuiteReader.name(name.text(), at: name))
        _ = fields.take("description")
        suite.seed = UInt64(try fields.integer("seed", in: 0...Int(Int32.max)) ?? 1)
        suite.tries = try fields.integer("tries", in: 1...20) ?? 1
        suite.timeout = .seconds(try fields.integer("timeout", in: 10...3_600) ?? 120)
        suite.devices = try SuiteReader.named(fields.take("devices"), "devices", in: root, device)
        guard suite.devices.count <= DeviceSuite.deviceLimit else {
            throw root.error("at most \(DeviceSuite.deviceLimit) devices")
        }
        suite.documents = try DocumentReader(files: files).read(fields.take("documents"))
        let nothing = YAMLValue(content: .nothing, line: root.line, column: root.column)
        if let networks = fields.take("impairments") {
            suite.impairments = try SuiteReader.named(networks, "impairments", in: root, ImpairmentReader.impairment)
        } else {
            suite.impairments = [try ImpairmentReader.impairment("clean", nothing)]
        }
        suite.matrix = try factors(fields.take("settings"))
        suite.fixed = try factors(fields.take("fixed")).compactMap { factor in
            factor.values.first.map { DeviceSuite.Value(setting: factor.setting, value: $0) }
        }
        let ways = try fields.texts("directions")
        if !ways.isEmpty { suite.directions = try ways.map(direction) }
        for item in try fields.take("skip")?.list() ?? [] { suite.omitted.append(try selection(item, suite)) }
        for item in try fields.take("expect-failure")?.list() ?? [] {
            suite.expectedFailures.append(try selection(item, suite))
        }
        try fields.finish()
        return try checked(suite, root)
    }

    private func checked(_ suite: DeviceSuite, _ root: YAMLValue) throws(PlacedError) -> DeviceSuite {
        let sizes =
            [suite.devices.count, suite.documents.count, suite.impairments.count, suite.directions.count]
            + suite.matrix.map(\.values.count)
        var count = 1
        for size in sizes {
            let (product, isOver) = count.multipliedReportingOverflow(by: size)
            guard !isOver, product <= DeviceSuite.cellLimit else {
                throw root.error("more than \(DeviceSuite.cellLimit) cells")
            }
            count = product
        }
        guard !suite.cells.isEmpty else { throw root.error("no cell is left to run") }
        return suite
    }

    // MARK: - Devices

    private func device(_ name: String, _ value: YAMLValue) throws(PlacedError) -> DeviceSuite.Device {
        var fields = try FieldReader(value, "a device")
        if let place = fields.take("emulated") {
            guard let model = EmulatedModel(rawValue: try place.text()) else {
                throw place.error("emulated is \(EmulatedModel.allCases.map(\.rawValue).joined(separator: " or "))")
            }
            var faults = EmulatedFaults()
            for fault in try fields.texts("faults") {
                let text = try fault.text()
                do {
                    try faults.add(text)
                } catch {
                    throw fault.error("\(error)")
                }
            }
            try fields.finish()
            return DeviceSuite.Device(name: name, kind: .emulated(model, faults))
        }
        let real = try real(&fields, value)
        try fields.finish()
        return DeviceSuite.Device(name: name, kind: .real(real))
    }

    private func real(_ fields: inout FieldReader, _ value: YAMLValue) throws(PlacedError) -> DeviceSuite.Device.Real {
        guard let url = try fields.text("url") else { throw value.error("a device has emulated or url") }
        guard let number = try fields.text("number") else { throw value.error("a device has the number of its line") }
        guard let place = fields.take("listen"), let listen = IPAddress(try place.text()), !listen.isUnspecified else {
            throw value.error("a device has listen: an address of this machine that it reaches")
        }
        var family: ATAFamily?
        if let place = fields.take("family") {
            family = ATAFamily(rawValue: try place.text())
            if family == nil {
                throw place.error("family is \(ATAFamily.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        var command: [String] = []
        for word in try fields.texts("send") { command.append(try word.text()) }
        return DeviceSuite.Device.Real(
            url: url, login: try fields.text("user") ?? "admin", passwordFile: try fields.text("password-file"),
            family: family, line: try fields.integer("line", in: 1...SettingDialect.lineLimit) ?? 1, number: number,
            listen: listen, send: command)
    }

    // MARK: - Settings and selections

    /// `t38.enable: [yes, no]`
    private func factors(_ value: YAMLValue?) throws(PlacedError) -> [DeviceSuite.Factor] {
        guard let value else { return [] }
        var fields = try FieldReader(value, "settings")
        var factors: [DeviceSuite.Factor] = []
        for field in fields.takeAll() {
            let place = YAMLValue(content: .text(field.name), line: field.line, column: field.column)
            let setting = try setting(field.name, place)
            var values: [String] = []
            let items = if case .list(let items) = field.value.content { items } else { [field.value] }
            for item in items { values.append(try self.value(item, of: setting)) }
            guard !values.isEmpty, Set(values).count == values.count else {
                throw place.error("'\(field.name)' has values, each once")
            }
            factors.append(DeviceSuite.Factor(setting: setting, values: values))
        }
        return factors
    }

    private func setting(_ name: String, _ place: YAMLValue) throws(PlacedError) -> ATASetting {
        guard let setting = ATASetting(rawValue: name) else {
            let nearest = NearestWord.of(name, among: ATASetting.allCases.map(\.rawValue))
            throw place.error("there is no setting '\(name)'" + (nearest.map { "; is '\($0)' meant?" } ?? ""))
        }
        return setting
    }

    private func value(_ place: YAMLValue, of setting: ATASetting) throws(PlacedError) -> String {
        let text = try place.text()
        guard setting.accepts(text) else { throw place.error("\(setting.rawValue) is \(setting.wanted)") }
        return text
    }

    private func direction(_ place: YAMLValue) throws(PlacedError) -> DeviceSuite.Direction {
        guard let direction = DeviceSuite.Direction(rawValue: try place.text()) else {
            throw place.error("a direction is send or receive: what the fax machine behind the device does")
        }
        return direction
    }

    private func selection(_ value: YAMLValue, _ suite: DeviceSuite) throws(PlacedError) -> DeviceSuite.Selection {
        var fields = try FieldReader(value, "a selection")
        var selection = DeviceSuite.Selection()
        selection.devices = try names(fields.texts("device"), suite.devices.map(\.name), "device")
        selection.impairments = try names(fields.texts("impairment"), suite.impairments.map(\.name), "impairment")
        selection.documents = try names(fields.texts("document"), suite.documents.map(\.name), "document")
        for place in try fields.texts("direction") { selection.directions.append(try direction(place)) }
        selection.settings = try factors(fields.take("settings"))
        try fields.finish()
        return selection
    }

    private func names(_ places: [YAMLValue], _ known: [String], _ what: String) throws(PlacedError) -> [String] {
        var names: [String] = []
        for place in places {
            let name = try place.text()
            guard known.contains(name) else { throw place.error("there is no \(what) '\(name)'") }
            names.append(name)
        }
        return names
    }
}
