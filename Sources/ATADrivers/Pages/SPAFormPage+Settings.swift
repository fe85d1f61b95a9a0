// Labels of the page and names of profiles are the same words: blanks and signs become `_`, and the line's number stands
// behind as `_1_`.
extension SPAFormPage {
    /// Why the page cannot be filled in as wanted. Nothing is sent then.
    public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// Names in a profile, without the line's number: `FAX_Enable_T38`.
    static func name(of label: String) -> String {
        var name = ""
        for scalar in label.unicodeScalars {
            let isKept = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            name.unicodeScalars.append(isKept || scalar == "-" ? scalar : "_")
        }
        return name
    }

    /// What is set, by the names of profiles. Labels that a device has once are the device's; those that it has for each line
    /// bear its number. Secrets are empty: the device does not show them.
    public func configuration(_ dialect: SettingDialect) -> ATAConfiguration {
        let perLine = dialect.lineNames
        return ATAConfiguration(
            fields.map { field in
                let name = Self.name(of: field.label)
                let isOfLine = perLine.contains(name.lowercased()) || field.occurrence > 1 || repeats(field)
                return ATAConfiguration.Entry(isOfLine ? "\(name)_\(field.occurrence)_" : name, field.value)
            })
    }

    private func repeats(_ field: Field) -> Bool { self.field(field.label, occurrence: 2) != nil }

    /// The body of a POST that sets these entries and nothing else (`application/x-www-form-urlencoded`).
    public func form(_ entries: [ATAConfiguration.Entry], _ dialect: SettingDialect) throws(Refusal) -> String {
        var parts: [String] = []
        for entry in entries {
            let field = try self.field(named: entry.name, dialect)
            guard field.choices.isEmpty || field.choices.contains(entry.value) else {
                let choices = field.choices.joined(separator: ", ")
                throw Refusal(description: "\(field.label) cannot be '\(entry.value)': the device has \(choices)")
            }
            parts.append("\(field.identifier)=\(FormText.encoded(entry.value))")
        }
        return parts.joined(separator: "&")
    }

    private func field(named name: String, _ dialect: SettingDialect) throws(Refusal) -> Field {
        for field in fields {
            let plain = Self.name(of: field.label)
            if name == "\(plain)_\(field.occurrence)_" || (name == plain && field.occurrence == 1 && !repeats(field)) {
                return field
            }
        }
        throw Refusal(description: "the device's page has no field for \(name)")
    }
}

extension SettingDialect {
    /// Names, in lower case and without the number, of what each line has.
    var lineNames: Set<String> {
        Set(
            terms.values.flatMap(\.names).filter { $0.contains("#") }.map { name in
                name.replacing("_#_", with: "").lowercased()
            })
    }
}

/// `application/x-www-form-urlencoded`.
public enum FormText {
    public static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var octets: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "*"):
                octets.append(octet)
            case 0x20: octets.append(UInt8(ascii: "+"))
            default: octets += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
