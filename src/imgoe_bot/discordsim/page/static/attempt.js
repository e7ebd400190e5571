// Running an API call; a refusal becomes a notice.

import { toast } from "./toast.js";

export async function attempt(doing) {
  try {
    return await doing;
  } catch (error) {
    toast(error.message, { problem: true });
    return null;
  }
}
