import FaxCore
import Foundation
import Simulator

/// Speech by espeak-ng, brought to 8 kHz. The same seed says the same.
struct SpeechMaker {
    struct Voice {
        /// As espeak-ng names it: language and variant.
        var name: String
        var language: String
        var pitch: Int
        var wordsPerMinute: Int
    }

    static let voices = [
        Voice(name: "en-us+m3", language: "en", pitch: 40, wordsPerMinute: 165),
        Voice(name: "en-gb+f2", language: "en", pitch: 60, wordsPerMinute: 175),
        Voice(name: "de+m1", language: "de", pitch: 35, wordsPerMinute: 150),
        Voice(name: "de+f4", language: "de", pitch: 65, wordsPerMinute: 160),
        Voice(name: "fr+f3", language: "fr", pitch: 70, wordsPerMinute: 170),
        Voice(name: "fr+m5", language: "fr", pitch: 30, wordsPerMinute: 155),
        Voice(name: "es+m7", language: "es", pitch: 50, wordsPerMinute: 180),
        Voice(name: "es+f5", language: "es", pitch: 80, wordsPerMinute: 165),
    ]

    private static let sentences: [String: [String]] = [
        "en": [
            "Good morning, this is the accounts department, how may I help you?", "Yes, I can hear you very well now.",
            "Could you please repeat the number of the order, slowly, digit by digit?",
            "It is nine seven four, two one, double zero, six.",
            "We sent the papers on Thursday, but they have not arrived.",
            "Who is in charge of shipping at your office?",
            "Oh no! Why did nobody tell us about this beforehand?", "Please hold the line while I look for her.",
            "The weather has been awful here: wind, rain, and more rain.", "I shall call you again in half an hour.",
            "Hmm, well, let me see. I think that it should be possible.",
            "Thank you so much for your patience. Goodbye!",
        ],
        "de": [
            "Guten Tag, Sie sprechen mit der Buchhaltung, was kann ich für Sie tun?",
            "Ja, ich höre Sie jetzt sehr gut.",
            "Würden Sie bitte die Nummer noch einmal langsam wiederholen?",
            "Neun, sieben, vier, zwo, eins, null, null, sechs.",
            "Wir haben die Unterlagen am Donnerstag abgeschickt.", "Wer ist bei Ihnen für den Versand zuständig?",
            "Ach nein, warum hat uns das denn keiner gesagt?", "Einen Augenblick bitte, ich verbinde Sie weiter.",
            "Das Wetter ist heute wieder fürchterlich, es regnet ununterbrochen.",
            "Ich rufe in einer halben Stunde zurück.",
            "Also, mal sehen, das müsste eigentlich möglich sein.", "Vielen Dank für Ihre Geduld und auf Wiederhören!",
        ],
        "fr": [
            "Bonjour, service de la comptabilité, que puis-je faire pour vous ?",
            "Oui, je vous entends très bien maintenant.",
            "Pourriez-vous répéter lentement le numéro de la commande ?",
            "Neuf, sept, quatre, deux, un, zéro, zéro, six.",
            "Nous avons envoyé les documents jeudi dernier.", "Qui est responsable des livraisons chez vous ?",
            "Mais non, pourquoi est-ce que personne ne nous l'a dit ?",
            "Ne quittez pas, je vous la passe tout de suite.",
            "Il fait un temps affreux ici, du vent et de la pluie.", "Je vous rappelle dans une demi-heure.",
            "Voyons voir, cela devrait être possible.", "Merci beaucoup de votre patience, au revoir !",
        ],
        "es": [
            "Buenos días, departamento de contabilidad, ¿en qué puedo ayudarle?", "Sí, ahora le oigo muy bien.",
            "¿Podría repetir despacio el número del pedido?", "Nueve, siete, cuatro, dos, uno, cero, cero, seis.",
            "Enviamos los papeles el jueves, pero no han llegado.", "¿Quién se encarga de los envíos en su oficina?",
            "¡Ay, no! ¿Por qué nadie nos lo dijo antes?", "Un momento, por favor, no cuelgue.",
            "Aquí hace un tiempo horrible, con viento y mucha lluvia.", "Le vuelvo a llamar dentro de media hora.",
            "A ver, creo que debería ser posible.", "Muchas gracias por su paciencia, hasta luego.",
        ],
    ]

    /// As much speech of one voice as asked for, with pauses of a second now and then.
    static func samples(_ voice: Voice, seconds: Double, dBm0: Double, seed: UInt64) throws -> [Int16] {
        var random = SeededRandom(seed: seed)
        let known = sentences[voice.language] ?? []
        guard !known.isEmpty else { throw LabError("no sentences in \(voice.language)") }
        var speech: [Int16] = []
        let wanted = Int(seconds * 8_000)
        while speech.count < wanted {
            let text = (0..<10).map { _ in known[Int(random.unit() * Double(known.count))] }.joined(separator: " ")
            speech += try SampleRateChange(from: 22_050).apply(speak(text, voice))
            speech += AudioSilence.samples(seconds: 0.3 + random.unit())
        }
        return levelled(Array(speech.prefix(wanted)), dBm0: dBm0)
    }

    /// The level of speech is its mean, pauses of no more than some tenths of a second included.
    private static func levelled(_ samples: [Int16], dBm0: Double) -> [Int16] {
        let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))
        guard power > 0 else { return samples }
        let level = 10 * log10(power / (32_768 * 32_768 / 2)) + 3.17
        return LevelChange(decibels: dBm0 - level).apply(samples)
    }

    private static func speak(_ text: String, _ voice: Voice) throws -> [Int16] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "espeak-ng", "-v", voice.name, "-p", "\(voice.pitch)", "-s", "\(voice.wordsPerMinute)", "--stdout", text,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let file = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LabError(
                "espeak-ng does not speak (status \(process.terminationStatus)): install it with scripts/setup")
        }
        return try samples(ofWAV: [UInt8](file))
    }

    /// espeak-ng writes a header of 44 octets with lengths it cannot know yet, then 16-bit samples at 22,050 Hz.
    private static func samples(ofWAV octets: [UInt8]) throws -> [Int16] {
        guard octets.count > 44, octets.starts(with: Array("RIFF".utf8)), octets[36..<40].elementsEqual("data".utf8),
            octets[24..<28].elementsEqual([0x22, 0x56, 0, 0])
        else { throw LabError("espeak-ng gives no WAV of 22,050 Hz") }
        return stride(from: 44, to: octets.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(octets[$0]) | UInt16(octets[$0 + 1]) << 8)
        }
    }
}
