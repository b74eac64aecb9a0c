package media

import (
	"bytes"
	"encoding/binary"
)

// upright is the orientation of a picture that needs no turning.
const upright = 1

// orientation returns how the camera was held, 1 to 8, as the EXIF data of the file say.
// Data that cannot be read say nothing.
func orientation(raw []byte, f format) int {
	switch f {
	case isJPEG:
		for marker, body := range jpegSegments(raw) {
			if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
				return tiffOrientation(tiff)
			}
		}
	case isPNG:
		return tiffOrientation(chunk(raw, len(pngHead), "eXIf", binary.BigEndian, true))
	case isWebP:
		body := chunk(raw, 12, "EXIF", binary.LittleEndian, false)
		return tiffOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
	}
	return upright
}

// chunk returns the content of the first chunk with the name. PNG writes the length in front
// of the name and a checksum behind the content; RIFF writes the length behind the name and
// fills up to an even number.
func chunk(raw []byte, at int, name string, order binary.ByteOrder, png bool) []byte {
	for at+8 <= len(raw) {
		lengthAt, nameAt := at+4, at
		if png {
			lengthAt, nameAt = at, at+4
		}
		length := int64(order.Uint32(raw[lengthAt:]))
		end := int64(at) + 8 + length
		if end > int64(len(raw)) {
			return nil
		}
		if string(raw[nameAt:nameAt+4]) == name {
			return raw[at+8 : end]
		}
		if png {
			end += 4
		} else {
			end += length & 1
		}
		at = int(end)
	}
	return nil
}

// tiffOrientation reads tag 0x0112 of the first directory.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	const entry = 12
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[entry:]
	}
	return upright
}
