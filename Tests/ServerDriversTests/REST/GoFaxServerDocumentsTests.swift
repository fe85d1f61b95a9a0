import Foundation
import Testing

@testable import ServerDrivers

/// What gofaxserver's webhooks bring: ends of jobs, received faxes (`docs/PORTAL.md` of it), and what is neither.
@Suite struct GoFaxServerDocumentsTests {
    private static let uuid = "f0c648ff-702a-43e9-b8a3-d0ebffe70cd9"

    @Test func aDelivery() throws {
        let data = Data("%PDF-1.4".utf8).base64EncodedString()
        let text = """
            {"uuid":"\(Self.uuid.uppercased())","call_uuid":"x","src_tenant_id":0,"number":"200","cidnum":"555","npages":2,
             "csi":"+1 555","ts":"2026-01-02T03:04:05Z","endpoints":[{"id":1}],"IsBridge":false,"file_data":"\(data)"}
            """
        let delivery = try #require(GoFaxServerDocuments.delivery(Array(text.utf8)))
        #expect(delivery.reception.name == Self.uuid)
        #expect(delivery.reception.pages == 2)
        #expect(delivery.reception.sender == "+1 555")
        #expect(delivery.reception.problem == nil)
        #expect(delivery.file == Array("%PDF-1.4".utf8))
        #expect(GoFaxServerDocuments.notice(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["no base64!", "", "QUJD*"]) func aDeliveryWithoutAFile(data: String) throws {
        let text = "{\"uuid\":\"\(Self.uuid)\",\"npages\":0,\"csi\":\"\",\"file_data\":\"\(data)\"}"
        let delivery = try #require(GoFaxServerDocuments.delivery(Array(text.utf8)))
        #expect(delivery.file == nil)
        #expect(delivery.reception.problem != nil)
        #expect(delivery.reception.pages == nil)
        #expect(delivery.reception.sender == nil)
    }

    @Test(arguments: [
        "", "{}", "null", "[]", "{\"uuid\":\"\(uuid)\"}", "{\"file_data\":\"QUJD\"}",
        "{\"uuid\":\"../x\",\"file_data\":\"QUJD\"}", "{\"uuid\":\"\(uuid)\",\"file_data\":7}",
        "{\"uuid\":\"\(uuid)\",\"npages\":\"many\",\"file_data\":\"QUJD\"}",
        "{\"fax_job_results\":{\"fax_job\":{\"uuid\":\"\(uuid)\"}},\"file_data\":\"QUJD\"}",
    ])
    func noDelivery(text: String) {
        #expect(GoFaxServerDocuments.delivery(Array(text.utf8)) == nil)
    }

    @Test func theEndOfAJob() throws {
        let text =
            "{\"fax_job_results\":{\"fax_job\":{\"uuid\":\"\(Self.uuid)\"},\"all_attempts_failed\":true},\"file_data\":\"\"}"
        let notice = try #require(GoFaxServerDocuments.notice(Array(text.utf8)))
        #expect(notice.job == Self.uuid)
        #expect(notice.hasFailed)
    }
}
