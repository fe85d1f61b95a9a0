import ATALive
import FaxReport
import Foundation

extension WebServer.Answer {
    static func json(_ status: Int, _ value: JSONValue) -> WebServer.Answer {
        .init(
            HTTPReply(
                status, headers: [HTTPCall.Header("Content-Type", "application/json")],
                body: Array(JSONWriter.text(value, style: .line).utf8)))
    }
}

extension HTTPCall {
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
