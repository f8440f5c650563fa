/** Where agents run: on this server. Every agent has it unless its client named another, which is then only a label. */
export const defaultEnvironment = {
  id: '01980f4e-0000-7000-8000-00000000e001',
  name: 'default',
}
