import Testing

@testable import DocumentText

/// Mail, as programs write it and as they should not.
struct MailTests {
    static let sample = """
        Received: from a by b\r
        From: =?utf-8?q?J=C3=B6rg?= <j@example.test>\r
        To: ada@example.test\r
        Subject: =?ISO-8859-1?B?R3L832U=?=\r
         =?ISO-8859-1?Q?_aus?= Rom\r
        Content-Type: multipart/mixed; boundary="x y"\r
        \r
        This is passed over.\r
        --x y\r
        Content-Type: multipart/alternative; boundary=in\r
        \r
        --in\r
        Content-Type: text/html; charset=utf-8\r
        \r
        <p>The same in HTML\r
        --in\r
        Content-Type: text/plain; charset="windows-1251"\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        =CF=F0=E8=E2=E5=F2 soft=\r
        break\r
        --in--\r
        --x y\r
        Content-Type: text/csv; name="list.csv"\r
        Content-Disposition: attachment; filename*=utf-8''L%C3%B6quats.csv\r
        Content-Transfer-Encoding: base64\r
        \r
        bmFtZSxhZ2UKQWRhLDM2Cg==\r
        --x y\r
        Content-Type: image/png; name="p.png"\r
        Content-Transfer-Encoding: base64\r
        \r
        iVBORw0KGgo=\r
        --x y--\r

        """

    private func read(_ text: String) throws -> ParsedDocument { try DocumentParser.parse(Array(text.utf8), format: .email) }

    @Test func partsAttachmentsAndHeaders() throws {
        let parsed = try read(Self.sample)
        #expect(parsed.title == "Grüße aus Rom")
        #expect(
            parsed.text == """
                Grüße aus Rom

                From: Jörg <j@example.test>
                To: ada@example.test

                Привет softbreak

                Löquats.csv

                name: Ada; age: 36

                p.png
                """)
    }

    @Test func aMessageWithinAMessage() throws {
        let parsed = try read("Subject: Outer\nContent-Type: message/rfc822\n\nSubject: Inner\n\nWords.")
        #expect(parsed.text == "Outer\n\nInner\n\nWords.")
        #expect(parsed.blocks.map(\.kind) == [.heading(level: 1), .heading(level: 2), .paragraph])
    }

    @Test func headersThatAreWrong() throws {
        let parsed = try read("From nobody Mon\nSubject: A\nContent-Type: text/plain; charset = \"UTF-8\"Content-Transfer-Encoding: 8bit\n\nBödy")
        #expect(parsed.text == "A\n\nBödy")
        #expect(try read("Subject: B\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\ncut sho").text == "B\n\ncut sho")
    }

    @Test func aMessageSavedAsUTF16() throws {
        var bytes: [UInt8] = [0xff, 0xfe]
        for unit in "Subject: Wide\n\nWörds".utf16 { bytes += [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)] }
        #expect(try DocumentParser.parse(bytes, format: .email).text == "Wide\n\nWörds")
    }
}
