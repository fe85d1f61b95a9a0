import Testing

@testable import ServerDrivers

/// Answers of ICTCore's REST interface in the forms of its guide and of its code, and damaged ones.
@Suite struct ICTCoreDocumentsTests {
    private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        ("7", 7), ("\"7\"", 7), (" 7\n", 7), ("{\"document_id\":7}", 7), ("{\"document_id\":\"7\",\"name\":null}", 7),
        ("{\"document_id\":7,\"more\":{\"a\":1},\"list\":[]}", 7),
    ])
    func ids(text: String, id: Int) throws {
        #expect(try ICTCoreDocuments.id(octets(text), "document_id") == id)
    }

    @Test(arguments: ["", "x", "0", "-1", "null", "true", "[]", "{}", "{\"id\":7}", "7.5", "\"../7\"", "7 8", "<html>"])
    func noIDs(text: String) {
        #expect(throws: ServerFailure.unreadable("no document_id in the answer")) {
            try ICTCoreDocuments.id(octets(text), "document_id")
        }
    }

    @Test func tokens() throws {
        let text = "{\"user_id\":\"1\",\"token\":\"abc.def\",\"expires_in\":1}"
        #expect(try ICTCoreDocuments.token(octets(text)) == "abc.def")
    }

    @Test(arguments: [
        "", "{}", "{\"token\":null}", "{\"token\":\"\"}", "{\"token\":7}", "{\"token\":\"a\\r\\nX: b\"}", "\"abc\"",
    ])
    func noTokens(text: String) {
        #expect(throws: ServerFailure.self) { try ICTCoreDocuments.token(octets(text)) }
    }

    @Test(arguments: [
        ("\"pending\"", ServerJobStatus.State.waiting), ("\"pending_retry\"", .waiting), ("\"initializing\"", .running),
        ("\"processing\"", .running), ("\"completed\"", .done), ("\"failed\"", .failed), ("\"invalid\"", .failed),
        ("\"done\"", .unknown), ("\"Completed\"", .unknown), ("\"\"", .unknown), ("{\"status\":\"completed\"}", .done),
        ("{\"Status\":\"failed\",\"x\":[1]}", .failed),
    ])
    func statuses(text: String, state: ServerJobStatus.State) throws {
        #expect(try ICTCoreDocuments.status(octets(text)).state == state)
    }

    @Test(arguments: ["", "completed", "7", "null", "[]", "{}", "[\"completed\"]", "{\"status\":null}"])
    func noStatuses(text: String) {
        #expect(throws: ServerFailure.self) { try ICTCoreDocuments.status(octets(text)) }
    }

    @Test func results() throws {
        let text = """
            [{"spool_result_id":"3","application_id":"12","type":"info","name":"pages","data":"2","spool_id":"9"},
             {"name":"error","data":"far end\\r\\nhung up"},{"name":"document","data":7},{"name":"odd","data":{"a":1}},
             {"data":"x"},{"name":"empty","data":null}]
            """
        let results = try ICTCoreDocuments.results(octets(text))
        #expect(results == ["pages": "2", "error": "far endhung up", "document": "7"])
        #expect(try ICTCoreDocuments.results(octets("[]")).isEmpty)
        for damaged in ["", "{}", "null", "[7]", "[{\"name\":7}]"] {
            #expect(throws: ServerFailure.self) { try ICTCoreDocuments.results(octets(damaged)) }
        }
    }

    @Test func inboundTransmissions() throws {
        let text = """
            [{"transmission_id":"3","status":"completed","response":"","direction":"inbound","contact":{"phone":"555"}},
             {"transmission_id":4,"status":"completed","direction":"outbound"},{"transmission_id":5,"direction":"inbound"},
             {"transmission_id":"x","direction":"inbound"}]
            """
        let found = try ICTCoreDocuments.inbound(octets(text))
        #expect(found == [.init(id: 3, status: "completed"), .init(id: 5, status: "")])
        for damaged in ["", "{}", "null", "[7]", "[{\"direction\":\"inbound\"}]"] {
            #expect(throws: ServerFailure.self) { try ICTCoreDocuments.inbound(octets(damaged)) }
        }
    }

    @Test(arguments: [
        ("{\"error\":{\"code\":412,\"message\":\"contact is missing\"}}", "contact is missing"),
        ("{\"message\":\"no\"}", "no"), ("{\"error\":\"no\"}", nil), ("", nil), ("<html>", nil),
    ])
    func refusals(text: String, said: String?) {
        #expect(ICTCoreDocuments.error(octets(text)) == said)
    }
}
