import ATADrivers

/// Finds out how a device is spoken to, by pages that need no password where that is possible.
public enum ATAProbe {
    public static func driver(
        _ http: any HTTPExchange, _ credentials: DeviceCredentials, origin: String, family: ATAFamily? = nil
    ) async throws(ATAFailure) -> any ATADriver {
        let found: ATAFamily
        if let family { found = family } else { found = try await self.family(http) }
        switch found {
        case .spaPages: return SPAPagesDriver(http)
        case .spaXML: return SPAXMLDriver(http, credentials)
        case .grandstream: return GrandstreamDriver(http, credentials, origin: origin)
        case .generic:
            throw .unsupported(
                "nothing that is known here answers: give --family, or go by a provisioning file and `faxprobe ata guide`"
            )
        }
    }

    static func family(_ http: any HTTPExchange) async throws(ATAFailure) -> ATAFamily {
        let first = try await http.send(HTTPCall(.get, "/"))
        let text = first.text.lowercased()
        let title = SPAInfoPage(first.body).title.lowercased()
        if title.contains("spa configuration") || title.contains("pap2") || text.contains("sipura.spa")
            || text.contains("linksys.pbp")
        {
            return .spaPages
        }
        if text.contains("gnkey") || text.contains("grandstream") { return .grandstream }
        // Without a name and a password it refuses, or says what it is.
        let state = try await http.send(HTTPCall(.get, "/admin/status.xml&xuser=&xpassword="))
        if state.status == 401 || state.text.contains("<flat-status") { return .spaXML }
        return .generic
    }
}
