// Set-up: the first owner, their team, and the first invite code.

const $ = (id) => document.getElementById(id);

async function post(path, body, token) {
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer.data;
}

// onSubmit sends a form's fields once and shows what went wrong in words.
function onSubmit(form, send) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    $('problem').textContent = '';
    try {
      await send(Object.fromEntries(new FormData(form)));
      form.hidden = true;
    } catch (error) {
      $('problem').textContent = error.message || 'The server does not answer. Try again.';
    }
    button.disabled = false;
  });
}

let token = '';

onSubmit($('owner'), async ({ code, displayName, email, password }) => {
  const body = { code, displayName, cookie: true };
  if (email) body.email = email;
  if (password) body.password = password;
  ({ token } = await post('/api/setup', body));
  $('token').textContent = token;
  $('team').hidden = false;
});

onSubmit($('team'), async ({ teamNumber }) => {
  const team = await post('/api/user-teams', { teamNumber: Number(teamNumber) }, token);
  const invite = await post(`/api/user-teams/${team.id}/invites`, { role: 'STUDENT' }, token);
  $('number').textContent = team.teamNumber;
  $('code').textContent = invite.code;
  $('invite').hidden = false;
});

// The code comes in the link; it leaves the address bar, and so the history, at once.
$('owner').elements.code.value = new URLSearchParams(location.search).get('code') ?? '';
history.replaceState(null, '', location.pathname);
$('owner').elements.displayName.focus();
