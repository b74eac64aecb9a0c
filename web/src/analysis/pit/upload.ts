import { Problem, problem, type Schemas } from "../../api";
import { words } from "../../words/app";

export const mostBytes = 8 << 20; // of a picture, as the server says

type Media = Schemas["ScoutingMedia"];

/** upload sends a picture and tells how far it got: fetch cannot. */
export function upload(file: Blob, parameters: Record<string, string>, onProgress: (sent: number) => void): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/scouting/media/pictures?${new URLSearchParams(parameters)}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onerror = () => reject(new Problem(0, "offline", words.problem.offline));
    request.onload = () => {
      const { status, response } = request;
      if (status < 300) resolve(response.data);
      else
        reject(
          response?.detail
            ? new Problem(status, response.type.split("#")[1] ?? "", response.detail)
            : problem(new Problem(status, "", words.problem.odd(status))),
        );
    };
    request.send(file);
  });
}
