// Made from calls.json by `npm run calls`.

declare const calls: {
  "$schema": "../docs/calls.schema.json",
  "base": "https://api.example.com",
  "idempotency_header": "Idempotency-Key",
  "calls": {
    "contacts.list": {
      "path": "/contacts",
      "query": {"limit": {"type": "integer"}, "after": {}},
      "pick": {
        "contacts": {
          "at": "/results",
          "each": {"id": "/id", "name": "/properties/name", "email": "/properties/email"}
        },
        "after": "/paging/next/after"
      }
    },
    "contacts.get": {
      "path": "/contacts/{id}",
      "pick": {"id": "/id", "name": "/properties/name", "email": "/properties/email"}
    },
    "contacts.search": {
      "method": "POST",
      "reads": true,
      "path": "/contacts/search",
      "body": {"email": "{email}"},
      "parameters": {"email": {"type": "text"}},
      "pick": {
        "at": "/results",
        "each": {"id": "/id", "name": "/properties/name", "email": "/properties/email"}
      }
    },
    "contacts.graphql": {
      "method": "POST",
      "reads": true,
      "path": "/graphql",
      "body": {
        "query": "query Contact($id: ID!) { contact(id: $id) { id properties { name email } } }",
        "variables": {"id": "{id}"}
      },
      "parameters": {"id": {}},
      "pick": {
        "id": "/data/contact/id",
        "name": "/data/contact/properties/name",
        "email": "/data/contact/properties/email"
      }
    },
    "notes.create": {
      "method": "POST",
      "path": "/notes",
      "body": "{body}",
      "pick": {"id": "/id"}
    }
  }
};
export default calls;
