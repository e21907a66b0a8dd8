// probe exits 0 when the server beside it says that it is ready: the image has no curl.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 3 * time.Second}
	answer, err := client.Get("http://127.0.0.1:9000/minio/health/ready")
	if err != nil || answer.StatusCode != http.StatusOK {
		os.Exit(1)
	}
}
