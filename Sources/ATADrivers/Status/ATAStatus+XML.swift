// `status.xml` of SPA112, SPA122 and ATA19x. Some names bear the line's number (`Hook_State_1_`), others come again for each
// line (`Registration_State`): of those the first is line 1's.
extension ATAStatus {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public init(statusXML octets: [UInt8]) throws(Failure) {
        let document: XMLLeaves
        do {
            document = try XMLLeaves(octets)
        } catch {
            throw Failure(description: error.description)
        }
        guard document.root == "flat-status" else {
            throw Failure(description: "an XML document '\(document.root)' instead of flat-status")
        }
        self.init()
        let values = Values(document.leaves)
        identity = ATAIdentity(values)
        uptime = values["Elapsed_Time"]
        externalAddress = values["External_IP"].flatMap { $0.isEmpty ? nil : $0 }
        for number in 1...SettingDialect.lineLimit {
            guard values["Hook_State_\(number)_"] != nil || values["Registration_State", number] != nil else { break }
            lines.append(Self.line(number, values))
        }
    }

    private static func line(_ number: Int, _ values: Values) -> Line {
        var line = Line(number: number)
        line.hook = values["Hook_State_\(number)_"]
        line.registration = values["Registration_State", number]
        line.lastRegistration = values["Last_Registration_At", number]
        line.nextRegistration = StatusNumber.read(values["Next_Registration_In", number])
        line.calls = (1...2).compactMap { call in
            self.call(call) { label in
                let name = label.split(separator: " ").joined(separator: "_")
                return values["Call_\(call)_\(name)_\(number)_"]
            }
        }
        return line
    }

    /// Values by name and how often the name came before.
    struct Values {
        private let found: [String: [String]]

        fileprivate init(_ leaves: [XMLLeaves.Leaf]) {
            var found: [String: [String]] = [:]
            // What a router tells of its own interfaces bears names of its own.
            for leaf in leaves where !leaf.path.contains("router-status") {
                found[leaf.name, default: []].append(leaf.text)
            }
            self.found = found
        }

        subscript(name: String, occurrence: Int = 1) -> String? {
            guard let values = found[name], values.indices.contains(occurrence - 1) else { return nil }
            return values[occurrence - 1]
        }
    }
}

extension ATAIdentity {
    init?(_ values: ATAStatus.Values) {
        guard let product = values["Product_Name"], !product.isEmpty else { return nil }
        self.init(vendor: "Cisco", model: product.filter { $0 != "-" }, source: .statusXML)
        firmware = values["Software_Version"]
        hardware = values["Hardware_Version"]
        serialNumber = values["Serial_Number"]
        macAddress = values["MAC_Address"].flatMap { Self.macAddress($0) }
    }
}
