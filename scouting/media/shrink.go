package media

import (
	"image"
	"image/draw"
)

// shrink returns the picture, on white, with no side over the limit. Each pixel is the mean
// of the area that it stands for. The source is read row by row: a scaler that holds a
// picture in between would take more memory than the source itself.
func shrink(src image.Image, side int) *image.RGBA {
	from := src.Bounds()
	w, h := from.Dx(), from.Dy()
	dst := image.NewRGBA(fit(w, h, side))
	dw, dh := dst.Rect.Dx(), dst.Rect.Dy()
	row := image.NewRGBA(image.Rect(0, 0, w, 1))
	line, sums := make([]uint64, 3*dw), make([]uint64, 3*dw)
	// Lengths are counted in parts of which a source pixel has dh and a destination pixel h.
	at, to := 0, 0
	for y := range h {
		draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, src, image.Pt(from.Min.X, from.Min.Y+y), draw.Over)
		squeeze(line, row.Pix, w, dw)
		for end := at + dh; at < end; {
			next := min(end, (to+1)*h)
			for i, v := range line {
				sums[i] += v * uint64(next-at)
			}
			if at = next; at == (to+1)*h {
				settle(dst.Pix[to*dst.Stride:], sums, uint64(w)*uint64(h))
				to++
			}
		}
	}
	return dst
}

// fit returns the rectangle of the same form with no side over the limit.
func fit(w, h, side int) image.Rectangle {
	longest := max(w, h)
	if longest <= side {
		return image.Rect(0, 0, w, h)
	}
	return image.Rect(0, 0, max(1, (w*side+longest/2)/longest), max(1, (h*side+longest/2)/longest))
}

// squeeze adds up one row of w pixels into dw. A source pixel has dw parts, a destination
// pixel w.
func squeeze(line []uint64, pix []uint8, w, dw int) {
	clear(line)
	to, left := 0, w // left is what the destination pixel still takes
	for x := range w {
		r, g, b := uint64(pix[4*x]), uint64(pix[4*x+1]), uint64(pix[4*x+2])
		for parts := dw; parts > 0; {
			n := min(parts, left)
			line[to] += r * uint64(n)
			line[to+1] += g * uint64(n)
			line[to+2] += b * uint64(n)
			parts -= n
			if left -= n; left == 0 {
				to, left = to+3, w
			}
		}
	}
}

// settle writes a finished row and clears the sums.
func settle(pix []uint8, sums []uint64, area uint64) {
	for i := range len(sums) / 3 {
		for c := range 3 {
			pix[4*i+c] = uint8((sums[3*i+c] + area/2) / area)
		}
		pix[4*i+3] = 0xff
	}
	clear(sums)
}

// turn returns the picture upright, given how the camera was held.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == upright {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			fx, fy := origin(orientation, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(fx, fy):][:4])
		}
	}
	return dst
}

// origin returns where in a picture of w by h the pixel comes from that is at x, y when the
// picture is upright.
func origin(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
