/// Settings of a device as somebody saved them: a page of its web server, its `config.xml` or profile, or a Grandstream's file.
public struct SavedSettings: Sendable {
    public enum Form: String, Sendable, Hashable {
        case page
        case flatProfile = "flat-profile"
        case grandstream = "gs_provision"
    }

    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public let form: Form
    public let configuration: ATAConfiguration
    public let dialect: SettingDialect

    /// - Parameter family: whose settings they are; `nil`: told by the settings themselves.
    public init(_ octets: [UInt8], family: ATAFamily? = nil) throws(Failure) {
        if let family, family.dialect == nil {
            throw Failure(description: "nothing is known of the settings of a \(family.rawValue) device")
        }
        if let profile = try? FlatProfile.read(octets) {
            self.init(.flatProfile, profile, family?.dialect ?? Self.dialect(of: profile))
        } else if let profile = try? GrandstreamProfile.read(octets) {
            self.init(.grandstream, profile, .grandstream)
        } else {
            let page = SPAFormPage(octets)
            guard !page.fields.isEmpty else {
                throw Failure(
                    description:
                        "no settings in it: wanted is a flat-profile (config.xml), a gs_provision file, or the "
                        + "page /admin/voice/advanced of an SPA")
            }
            let dialect = family?.dialect ?? .spaPages
            self.init(.page, page.configuration(dialect), dialect)
        }
    }

    private init(_ form: Form, _ configuration: ATAConfiguration, _ dialect: SettingDialect) {
        self.form = form
        self.configuration = configuration
        self.dialect = dialect
    }

    /// Newer devices have settings that the SPA2102's generation does not, and the reverse.
    private static func dialect(of profile: ATAConfiguration) -> SettingDialect {
        let newer = [
            "FAX_T38_ECM_Enable_1_", "FAX_V21_Detect_Enable_1_", "Modem_Line_1_", "FAX_T38_Return_to_Voice_1_",
        ]
        return newer.contains { profile[$0] != nil } ? .spaXML : .spaPages
    }

    /// Lines of which something is set.
    public var lines: [Int] {
        (1...SettingDialect.lineLimit).filter { line in
            ATASetting.allCases.contains { setting in
                !setting.isOfDevice && dialect.name(of: setting, line: line).map { configuration[$0] != nil } == true
            }
        }
    }
}
