// Package transfer carries entries and assignments from screen to screen where there is no
// network: it packs them into short texts for QR codes and unpacks what was scanned.
//
// docs/transfer-format.md lays down every byte. A transfer is checked, not signed: who hands
// it in answers for it, and the receiver decides what it may change.
package transfer
