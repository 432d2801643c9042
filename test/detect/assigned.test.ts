import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

/** What is found in a text, as `TYPE value`. */
function found(text: string, depth = 0): string[] {
  const bytes = Buffer.from(text);
  return scanner
    .scan({ bytes, depthAt: () => depth })
    .spans.map(
      ({ start, end, type }) => `${type} ${bytes.subarray(start, end).toString('latin1')}`,
    );
}

const CHOSEN = ['Winter', '2024!'].join('');
const RANDOM = ['q8Zr3vT1', 'xW7mK2pB', '9sLd'].join('');

describe('a password', () => {
  it.each([
    ['an env file', `DB_PASSWORD=${CHOSEN}\n`],
    ['quotes', `password = "${CHOSEN}"`],
    ['single quotes', `password='${CHOSEN}'`],
    ['a template string', `password: \`${CHOSEN}\``],
    ['a shell export', `export PGPASSWORD="${CHOSEN}"`],
    ['a Dockerfile', `ENV MYSQL_ROOT_PASSWORD=${CHOSEN}\nARG X`],
    ['YAML', `db:\n  password: ${CHOSEN}\n`],
    ['quoted YAML', `  password: '${CHOSEN}'\n`],
    ['JSON', `{"user":"a","password":"${CHOSEN}"}`],
    ['spaced JSON', `{ "password" : "${CHOSEN}" }`],
    [
      'a properties file',
      `spring.datasource.password=${CHOSEN.replace('!', '_x!')}`.replace('_x', ''),
    ],
    ['a C string', `const char *passwd = "${CHOSEN}";`],
    ['Python', `PASSWORD = r'${CHOSEN}'`],
    ['Ruby', `:password => "${CHOSEN}"`],
    ['Go', `password := "${CHOSEN}"`],
    ['a member', `config["password"] = "${CHOSEN}"`],
    ['an environment', `process.env['DB_PASSWORD'] ?? '${CHOSEN}'`],
    ['a call', `.setPassword("${CHOSEN}")`],
    ['an option', `mysql --user root --password ${CHOSEN} -h db`],
    ['an option with =', `mysql --password=${CHOSEN}`],
    ['a connection string', `Server=db;Uid=sa;Pwd=${CHOSEN};`],
    ['XML', `<password>${CHOSEN}</password>`],
    ['SQL', `CREATE USER a WITH PASSWORD '${CHOSEN}';`],
    ['HCL', `master_password = "${CHOSEN}"`],
    ['a name that goes on', `PASSWORD_PROD=${CHOSEN}`],
    ['a passphrase', `ssh_passphrase: "${CHOSEN}"`],
    ['a short name', `SMTP_PASS=${CHOSEN}\n`],
    ['a variable of a container', `- name: DB_PASSWORD\n  value: "${CHOSEN}"\n`],
    ['the same without quotes', `- name: DB_PASSWORD\n  value: ${CHOSEN}\n`],
    ['the same numbered', `     3\t- name: DB_PASSWORD\n     4\t  value: "${CHOSEN}"\n`],
    ['the same added', `+  - name: DB_PASSWORD\n+    value: "${CHOSEN}"\n`],
    ['names and values in JSON', `{"name": "DB_PASSWORD",\r\n  "value": "${CHOSEN}"}`],
    ['tags', `{"Key":"DB_PASSWORD","Value":"${CHOSEN}"}`],
    ['an output of Terraform', `"db_password": {\n  "value": "${CHOSEN}"`],
    ['a property', `<property name="password" value="${CHOSEN}"/>`],
    ['an input', `<input name='password' value='${CHOSEN}'>`],
    ['TypeScript', `private password: string = '${CHOSEN}';`],
    ['an optional member', `password?: string = "${CHOSEN}";`],
    ['Python with a type', `password: str = "${CHOSEN}"`],
    ['a formatted string', `password=f"${CHOSEN}"`],
    ['a constant of PHP', `define( 'DB_PASSWORD', '${CHOSEN}' );`],
    ['a default of Python', `os.environ.get("DB_PASSWORD", "${CHOSEN}")`],
    ['a list of arguments', `["--password", "${CHOSEN}"]`],
    ['YAML with a comment', `  password: ${CHOSEN} # of the old one`],
    ['a connection string of words', `host=db password=${CHOSEN} dbname=x`],
    ['a Dockerfile without =', `ENV DB_PASSWORD ${CHOSEN}\nRUN x\n`],
    ['fish', `set -gx DB_PASSWORD ${CHOSEN}\n`],
    ['fish with two options', `set -g -x DB_PASSWORD ${CHOSEN}\n`],
    ['csh', `setenv DB_PASSWORD ${CHOSEN}\n`],
    ['Windows', `setx DB_PASSWORD ${CHOSEN}\r\n`],
    ['Windows for the machine', `setx /M DB_PASSWORD ${CHOSEN}\r\n`],
    ['an export without =', `export DB_PASSWORD ${CHOSEN}\n`],
    ['PowerShell', `$env:DB_PASSWORD = "${CHOSEN}"\n`],
    ['a call of .NET', `[Environment]::SetEnvironmentVariable("DB_PASSWORD", "${CHOSEN}")\n`],
    ['bold text', `- **Password:** ${CHOSEN}\n`],
    ['bold text, the sign behind', `**Password**: ${CHOSEN}\n`],
    ['bold text and code', `**Password:** \`${CHOSEN}\`\n`],
    ['a table', `| Password | ${CHOSEN} |\n`],
    ['a table, in bold', `| **Password** | ${CHOSEN} |\n`],
    ['a table, as code', `| \`password\` | \`${CHOSEN}\` |\n`],
    ['a drawn table', `\u2502 password \u2502 ${CHOSEN} \u2502\n`],
    ['columns', `Key         Value\n---         -----\npassword    ${CHOSEN}\n`],
    ['numbered columns', `     3\tusername    bob\n     4\tpassword    ${CHOSEN}\n`],
    ['a variable of Terraform', `variable "db_password" {\n  default = "${CHOSEN}"\n}\n`],
    [
      'a described variable of Terraform',
      `variable "db_password" {\n  description = "The default password"\n  default     = "${CHOSEN}"\n}`,
    ],
    ['a property element', `<property name="db.password">${CHOSEN}</property>`],
    ['an entry element', `<entry key='db.password'>${CHOSEN}</entry>`],
    ['CDATA', `<password><![CDATA[${CHOSEN}]]></password>`],
    ['elements of Hadoop', `<name>db.password</name>\n    <value>${CHOSEN}</value>`],
    ['a property list', `<key>Password</key>\n\t<string>${CHOSEN}</string>`],
    ['an array of C', `char password[] = "${CHOSEN}";`],
    ['an array of C with a size', `static const char password[MAX_LEN] = "${CHOSEN}";`],
    ['a default of a shell', `DB="$${'{DB_PASSWORD:-'}${CHOSEN}}"\n`],
    ['a default that a shell assigns', `: $${'{DB_PASSWORD:='}${CHOSEN}}\n`],
    ['a quoted default', `x=$${'{DB_PASSWORD:-"'}${CHOSEN}"}\n`],
    ['a default of Spring', `password: $${'{DB_PASSWORD:'}${CHOSEN}}\n`],
    ['a struct that Go prints', `{Host:db Password:${CHOSEN} Port:5432}\n`],
    ['the last member of one', `&{Host:db Password:${CHOSEN}}\n`],
    ['an object that Java prints', `Config{user=bob, password=${CHOSEN}, port=1}\n`],
    ['a record that Java prints', `Config[user=bob, password=${CHOSEN}]\n`],
    ['print_r', `    [password] => ${CHOSEN}\n`],
    ['var_dump', `  ["password"]=>\n  string(11) "${CHOSEN}"\n`],
    ['a block of YAML', `password: |\n  ${CHOSEN}\nx: y\n`],
    ['a folded block of YAML', `  password: >-\n    ${CHOSEN}\n`],
    ['a numbered block of YAML', `     1\tpassword: |\n     2\t  ${CHOSEN}\n`],
    ['a block of YAML with arrows', `1\u2192password: |-\n2\u2192  ${CHOSEN}\n`],
    ['options', `--name db_password --value ${CHOSEN} --type x`],
    ['colours', `\u001b[34;1m"password"\u001b[0m\u001b[39m:\u001b[0;32m "${CHOSEN}"\u001b[0m`],
    ['coloured lines', `\u001b[38;5;81mpassword\u001b[0m: \u001b[38;5;186m${CHOSEN}\u001b[0m\n`],
    ['colours of grep', `\u001b[01;31m\u001b[Kpassword\u001b[m\u001b[K=${CHOSEN}\n`],
  ])('is found in %s', (_, text) => {
    expect(found(text)).toEqual([`PASSWORD ${CHOSEN}`]);
  });

  it.each([1, 2, 3])('is found in JSON at depth %i', (depth) => {
    const written = [
      `{"password": "${CHOSEN}"}`,
      `DB_PASSWORD=${CHOSEN}`,
      `ENV DB_PASSWORD ${CHOSEN}`,
      `**Password:** ${CHOSEN}`,
      `password    ${CHOSEN}`,
      `variable "db_password" {\n  default = "${CHOSEN}"\n}`,
      `<property name="db.password">${CHOSEN}</property>`,
      `<key>Password</key>\n\t<string>${CHOSEN}</string>`,
      `char password[] = "${CHOSEN}";`,
      `["password"]=>\n  string(11) "${CHOSEN}"`,
      `     1\tpassword: |\r\n     2\t  ${CHOSEN}`,
      `\u001b[34;1m"password"\u001b[0m:\u001b[32m "${CHOSEN}"\u001b[0m`,
    ];
    let text = `\n${written.join('\n')}\n`;
    for (let layer = 0; layer < depth; layer++) text = JSON.stringify(text);
    expect(found(text, depth)).toEqual(written.map(() => `PASSWORD ${CHOSEN}`));
  });

  it('is found old and new in a plan of Terraform', () => {
    const text = `  ~ password = "${CHOSEN}" -> "${CHOSEN}2"\n`;
    expect(found(text)).toEqual([`PASSWORD ${CHOSEN}`, `PASSWORD ${CHOSEN}2`]);
    expect(found(`  ~ password = "changeme" -> "${CHOSEN}"\n`)).toEqual([`PASSWORD ${CHOSEN}`]);
  });

  it('is found with a sign between letters', () => {
    expect(found(`password: ${CHOSEN}x\n`)).toEqual([`PASSWORD ${CHOSEN}x`]);
  });

  it('is found whole where an encoder for web pages escaped it', () => {
    const text = JSON.stringify('password: "aB3&xY>9k<!"').replace(
      /[&<>]/g,
      (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
    );
    expect(found(text, 1)).toEqual(['PASSWORD aB3\\u0026xY\\u003e9k\\u003c!']);
    const bytes = Buffer.from(text);
    expect(scanner.scan({ bytes, depthAt: () => 1 }).spans[0]?.depth).toBe(1);
  });

  it.each([
    'password',
    'pass1234',
    'changeme123',
    'password: string;',
    `password: "$${'{DB_PASSWORD_1}'}"`,
    'password: "{{ vault.db1 }}"',
    'password: <your-password-1>',
    'password: "<your-password-1>"',
    'password=%s1234567',
    'password=$PASSWORD1',
    'password=process.env.DB_PASSWORD1',
    'password = os.environ["DB_PASSWORD1"]',
    'password: getPassword2(user)',
    'password = "********"',
    'password = "xxxxxxxx1"',
    'password = "P@ssw0rd"',
    'password = "your-password-here1"',
    'password = "test1234"',
    'password: true',
    'password: 12345678',
    'password = "/run/secrets/db2"',
    'password: "https://example.com/1"',
    'password_hash_algorithm = "bcrypt12!"',
    'passwordField = "field-2-name"',
    'password must have 8 characters: a1!',
    "paths: ['password', 'users.*.key1']",
    'password = "at least 8 characters!"',
    '"password": "<pl:PASSWORD:0123456789abcdef>"',
    'password=<pl:PASSWORD:0123456789abcdef>',
    'password = "\\u003cpl:PASSWORD:0123456789abcdef\\u003e"',
    'password === user.password2',
    'password: this.form1.value2!',
    'password:"+e.a1+"',
    '- name: DB_PASSWORD\n  valueFrom: secret-key-1!',
    '{"name": "password", "values": ["Abcdef1!"]}',
    '<input name="password"><input name="x" value="Abcdef1!">',
    'password: form.value1!.password',
    'password: Type2 == "Abcdef1!"',
    "['PASSWORD', 'users.*.key1']",
    'bypass: "field-2-name"',
    'ENV DB_PASSWORD changeme1',
    'MY PASSWORD Abcdef1!',
    'a password    Abcdef1!',
    'password    string2   not null',
    'password    VARCHAR2',
    '| password | string2 |',
    '| password | Abcdef1! or longer |',
    'type Field = "password" | "confirmPassword2!";',
    'echo $PASSWORD | sha256sum',
    '**Password:** Abcdef1! is none',
    '<label for="password">Abcdef1!</label>',
    '<a name="password">Abcdef1! and more</a>',
    '<key>Password</key><dict><key>Abcdef1!</key>',
    'variable "db_password" {\n  default = var.other1\n}',
    'variable "db_password" {}\nx { default = "Abcdef1!" }',
    'resource "db_password" {\n  default = "Abcdef1!"\n}',
    'password[index1] = values.of2',
    `x=$${'{DB_PASSWORD:-$OTHER_PASSWORD2}'}`,
    `x=$${'{DB_PASSWORD:-password1}'}`,
    `x=$${'{DB_PASSWORD:-$'}${'{OTHER1}}'}`,
    `x=$${'{DB_PASSWORD:?Abcdef1!}'}`,
    'x = {password:-Abcdef1!}',
    '{password:e.value1}',
    '{password:Abcdef1!}',
    'connect(password=db.pass_1, user=x)',
    'password: |\n  some words 1!',
    'password: >-\n  db_password_2\n',
  ])('is not seen in %j', (text) => {
    expect(found(`${text}\n`)).toEqual([]);
  });
});

describe('a password that its place tells', () => {
  it.each([
    ['.netrc', `machine api.example.com login bob password ${CHOSEN}\n`],
    ['.netrc in lines', `machine api.example.com\n\tlogin bob\n\tpassword ${CHOSEN}\n`],
    ['.pgpass', `db.internal:5432:app:app_user:${CHOSEN}\n`],
    ['.pgpass for every database', `localhost:5432:*:postgres:${CHOSEN}\n`],
    ['Redis', `requirepass ${CHOSEN}\nmasterauth "${CHOSEN}x"\n`, `${CHOSEN}x`],
    ['OpenSSL', `openssl rsa -in a.pem -passin pass:${CHOSEN} -out b.pem\n`],
    ['SQL', `CREATE USER 'a'@'%' IDENTIFIED BY '${CHOSEN}';\n`],
    ['sshpass', `sshpass -p ${CHOSEN} ssh a@b\n`],
    ['sshpass, quoted', `sshpass -p '${CHOSEN}' ssh a@b\n`],
    ['sshpass without a space', `sshpass -p${CHOSEN} ssh a@b\n`],
    ['mysql', `mysql -u root -p${CHOSEN} app\n`],
    ['mysqldump', `mysqldump -uroot -p'${CHOSEN}' app > x.sql\n`],
    ['mongosh', `mongosh --host x -u root -p ${CHOSEN}\n`],
    ['docker', `docker login -u bob -p ${CHOSEN} registry.example.com\n`],
    ['redis-cli', `redis-cli -h cache -a ${CHOSEN} ping\n`],
    ['ldapsearch', `ldapsearch -x -D cn=admin -w ${CHOSEN} -b dc=x\n`],
    ['sqlcmd', `sqlcmd -S db -U sa -P "${CHOSEN}" -Q x\n`],
    ['curl', `curl -sS -u admin:${CHOSEN} https://example.com/\n`],
    ['curl, quoted', `curl -u "admin:${CHOSEN}" https://example.com/\n`],
    ['curl with a long option', `curl --user 'admin:${CHOSEN}' https://example.com/\n`],
    ['curl, the password quoted', `curl -u admin:'${CHOSEN}' https://example.com/\n`],
    ['curl with =', `curl --proxy-user=admin:${CHOSEN} https://example.com/\n`],
    ['curl in two lines', `curl -X POST \\\n    -u admin:${CHOSEN} \\\n    https://x\n`],
  ])('is found in %s', (_, text, second?: string) => {
    const expected = [CHOSEN, ...(second === undefined ? [] : [second])];
    let written = `$ ${text}`;
    for (let depth = 0; depth <= 3; depth++) {
      expect(found(written, depth)).toEqual(expected.map((value) => `PASSWORD ${value}`));
      written = JSON.stringify(written);
    }
  });

  it.each([
    'machine ftp.example.org login anonymous password user@host.org',
    'the login form password Field2Name is',
    'docker run -p 127.0.0.1:5432:5432 postgres',
    'mysql -p app_db_2024!',
    'mysql --port 3306 -u root\nmkdir -pAbcdef1!',
    'mysql -u root -p$PASSWORD1',
    'mysql -u root -ppassword',
    'sshpass -p "$SSH_PASSWORD1" ssh a@b',
    'sshpass -f Abcdef1! ssh',
    'docker login registry.example.com\ndocker run -p Abcdef1!',
    'curl -u name:password https://x',
    `curl -u "$${'{USER}'}:$${'{PASS1}'}" https://x`,
    'curl -u user:$(cat x1.txt) https://x',
    'curl https://x\nperldoc -u Some:Module2!',
    'curl --user-agent a:Abcdef1!',
    'redis-cli -a',
    "IDENTIFIED BY '<password1!>'",
    'IDENTIFIED BY your-password-1!',
  ])('is not seen in %j', (text) => {
    expect(found(`${text}\n`)).toEqual([]);
    expect(found(JSON.stringify(`${text}\n`), 1)).toEqual([]);
  });
});

describe('a key, secret or token', () => {
  it.each([
    [`API_KEY=${RANDOM}`, 'API_KEY'],
    [`api_key: ${RANDOM}\n`, 'API_KEY'],
    [`apiKey: "${RANDOM}",`, 'API_KEY'],
    [`"x-api-key": "${RANDOM}"`, 'API_KEY'],
    [`x-api-key: ${RANDOM}\r\n`, 'API_KEY'],
    [`ENCRYPTION_KEY=${RANDOM}`, 'API_KEY'],
    [`client_secret=${RANDOM}&grant_type=x`, 'API_SECRET'],
    [`"clientSecret": "${RANDOM}"`, 'API_SECRET'],
    [`SECRET_KEY_BASE=${RANDOM}`, 'API_SECRET'],
    [`JWT_SECRET='${RANDOM}'`, 'API_SECRET'],
    [`//registry.example.org/:_authToken=${RANDOM}`, 'API_TOKEN'],
    [`_auth=${RANDOM}`, 'API_TOKEN'],
    [`curl "https://host/path?token=${RANDOM}&x=1"`, 'API_TOKEN'],
    [`const token = "${RANDOM}";`, 'API_TOKEN'],
    [`Authorization: token ${RANDOM}`, 'API_TOKEN'],
    [`headers: { "Authorization": "Token ${RANDOM}" }`, 'API_TOKEN'],
    [`--api-token ${RANDOM} --x`, 'API_TOKEN'],
    [`Authorization: Bearer ${RANDOM}`, 'BEARER_TOKEN'],
    [`\\"access_token\\": \\"${RANDOM}\\"`, 'API_TOKEN'],
  ])('is found in %j', (text, type) => {
    expect(found(text)).toEqual([`${type} ${RANDOM}`]);
  });

  it('is found as name and password of a header', () => {
    const basic = Buffer.from(`admin:${CHOSEN}`).toString('base64');
    expect(found(`Authorization: Basic ${basic}\n`)).toEqual([`BASIC_AUTH ${basic}`]);
    expect(found(`{"authorization": "Basic ${basic}"}`)).toEqual([`BASIC_AUTH ${basic}`]);
  });

  it('has the type of a form that knows it', () => {
    const key = `${'gsk_'}${'aB3x'.repeat(13)}`;
    expect(found(`API_TOKEN=${key}`)).toEqual([`GROQ_KEY ${key}`]);
  });

  it.each([
    'token: string',
    'const token = await getToken();',
    'nextPageToken: "CAUQAA1b2c3d4e5f6g7h8"',
    'clientRequestToken: "a8ca07e4-61ec-4399-99f4-19853801bcd5"',
    'secretName: "my-app-secret-1"',
    'secret: "my-very-secret-value-2"',
    'apiKey: process.env.OPENAI_API_KEY_2',
    'api_key = "YOUR_API_KEY_GOES_HERE_1"',
    'api_key: "xxxxxxxxxxxxxxxxxxxxxxxx"',
    'token = tokenizer.nextToken1(input)',
    'const SECRET_KEY = "1.2.840.113549.1.9.4"',
    '"X-XSRF-TOKEN": csrfCookie1?.value2',
    'token === t.currentToken1?u=1:a.b2===',
    'arn:aws:secretsmanager:us-east-1:012345678901:secret:myorg/TARGET-A1B2C3',
    'max_tokens: 4096',
    'token_type=bearer',
    'the token a1B2c3D4e5F6g7H8i9J0',
    'ApiKeyAuthenticationFilter2',
    'secretKeyRef: { name: db-credentials-1 }',
  ])('is not seen in %j', (text) => {
    expect(found(`${text}\n`)).toEqual([]);
  });
});

describe('a password inside a URL', () => {
  it.each([`postgres://app:${CHOSEN}@db:5432/x`, `amqp://u:${CHOSEN}@mq/`])(
    'is found in %j',
    (text) => {
      expect(found(text)).toEqual([`URL_PASSWORD ${CHOSEN}`]);
    },
  );
  it.each([
    'postgres://{user}:{pass}@host/db',
    `postgres://$${'{USER}'}:$${'{PASS}'}@host/db`,
    'postgres://user:password@localhost/db',
    'postgres://user:<password>@localhost/db',
    'amqp://guest:guest@localhost',
    'https://user:pass@example.com',
    'https://user:xxxx@example.com',
    'redis://:%s@host',
  ])('is not seen in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});
