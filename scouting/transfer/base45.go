package transfer

import "strings"

// alphabet is that of RFC 9285, which is also that of a QR code's alphanumeric mode: 5.5
// bits for a character, and no scanner takes it for another encoding of text.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

func encode45(raw []byte) string {
	var out strings.Builder
	for len(raw) >= 2 {
		n := int(raw[0])<<8 | int(raw[1])
		out.WriteByte(alphabet[n%45])
		out.WriteByte(alphabet[n/45%45])
		out.WriteByte(alphabet[n/45/45])
		raw = raw[2:]
	}
	if len(raw) == 1 {
		out.WriteByte(alphabet[int(raw[0])%45])
		out.WriteByte(alphabet[int(raw[0])/45])
	}
	return out.String()
}

// decode45 takes nothing that encode45 does not write.
func decode45(text string) ([]byte, bool) {
	raw := make([]byte, 0, len(text)/3*2+1)
	for ; len(text) > 0; text = text[min(3, len(text)):] {
		part := text[:min(3, len(text))]
		n, weight := 0, 1
		for i := range len(part) {
			digit := strings.IndexByte(alphabet, part[i])
			if digit < 0 {
				return nil, false
			}
			n += digit * weight
			weight *= 45
		}
		switch {
		case len(part) == 3 && n <= 0xffff:
			raw = append(raw, byte(n>>8), byte(n))
		case len(part) == 2 && n <= 0xff:
			raw = append(raw, byte(n))
		default:
			return nil, false
		}
	}
	return raw, true
}
