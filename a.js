const util = require("util");
const c = { port: 3, cookieSecret: "session_cookie_secret_key_here" };
console.log(util.inspect(c, false, null));
console.log(c);
